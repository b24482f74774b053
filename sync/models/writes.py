from __future__ import annotations

from django.db import models


class RowWrite(models.Model):
    """That a row of the mirror was written, whoever wrote it: triggers of the database note it (sync/row_writes.py)."""

    aws_account_id = models.BigIntegerField()  # no foreign key: noting is to cost little
    kind = models.CharField(max_length=12)  # as sync.row_writes.NotedTable names it
    row_id = models.BigIntegerField()
    transaction_id = models.BigIntegerField()  # PostgreSQL's; 0 on SQLite, which writes one transaction after the other
    token = models.BigIntegerField()  # by chance: tells a row from another of its number that was rolled back
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["aws_account_id", "transaction_id", "id"], name="sync_rowwrite_since")]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}"
