"""What was written by a step and could not be read again after it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import AwsAccount
from sync.models.changes import Step


class PendingReread(models.Model):
    """A facet that a step of ours wrote, and that AWS didn't let us read again: who reads it next knows whose it is."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    region = models.CharField(max_length=32, default="", blank=True)
    kind = models.CharField(max_length=40)
    source = models.CharField(max_length=40)  # the name of the facet
    object_id = models.CharField(max_length=400, blank=True)  # "" of what the step made
    arn = models.CharField(max_length=2048, blank=True)
    step = models.ForeignKey(Step, models.CASCADE, related_name="+")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["aws_account", "kind", "source"])]

    def __str__(self) -> str:
        return f"{self.source} of {self.kind} {self.object_id or self.arn}"
