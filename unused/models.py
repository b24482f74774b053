"""What nobody seems to use, as rows of one kind: made of the mirror whenever it has changed (unused/source.py)."""

from __future__ import annotations

from django.db import models

from accounts.models import AwsAccount
from sync.models.fields import FoldedField


class UnusedObject(models.Model):
    """One object, credential or assignment. `aws_id` is its kind and the object's own id: "role:AROA…"."""

    class State(models.TextChoices):
        UNUSED = "unused", "Unused"
        UNKNOWN = "unknown", "Last use unknown"

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+", db_index=False)
    aws_id = models.CharField(max_length=460)
    kind = models.CharField(max_length=24)  # of unused.kinds.registry
    object_id = models.CharField(max_length=400)  # AWS's unique id
    name = models.CharField(max_length=300)
    name_key = FoldedField(max_length=300)
    whose = models.CharField(max_length=256, blank=True)  # the user or pool that it belongs to
    arn = models.CharField(max_length=2048, blank=True)
    page = models.CharField(max_length=60)  # the URL name of its page
    page_id = models.CharField(max_length=400)  # by which that is known
    state = models.CharField(max_length=8, choices=State)
    created_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)  # null: AWS tells of no use
    idle_since = models.DateTimeField()  # the last use; else when it was made, or when it came to be so
    evidence_at = models.DateTimeField(null=True)  # when AWS was asked for the last use
    why = models.CharField(max_length=400)  # a sentence
    caveats = models.JSONField(default=list, blank=True)  # sentences about this one
    why_not = models.CharField(max_length=300, blank=True)  # why it isn't cleaned up from here
    can_clean = models.BooleanField(default=False)  # without `why_not`
    in_code = models.BooleanField(default=False)
    owner = models.CharField(max_length=256, blank=True)  # as a tag says

    class Meta:
        ordering = ["name_key", "pk"]
        constraints = [models.UniqueConstraint(fields=["aws_account", "aws_id"], name="unused_object_once")]
        indexes = [
            models.Index(fields=["aws_account", "name_key", "id"], name="unused_by_name"),
            models.Index(fields=["aws_account", "idle_since", "id"], name="unused_by_idle"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
