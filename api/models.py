"""What programs sent with an Idempotency-Key, and which change came of it: sent again, it isn't done again."""

from __future__ import annotations

from django.db import models

from accounts.models import ApiToken


class AnsweredRequest(models.Model):
    """One request that was done, in the transaction in which it was."""

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)  # of the method, the address and the body
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.TextField(default="")  # {"id": 42}, the change that it answers with: said anew for who asks
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = "answered request of the API"
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="request_answered_once")]

    def __str__(self) -> str:
        return f"{self.token}: {self.key}"
