"""Secrets that wait, sealed: to be sent when a change is applied, or to be shown to who asked for them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import AwsAccount
from sync.models.changes import Change


class SealedSecret(models.Model):
    """Its row goes when it was sent or seen, and at the latest at `expires_at`. Steps know it by its reference."""

    reference = models.CharField(max_length=40, unique=True)
    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    # Who typed it; or for whom AWS made it, and who alone sees it.
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    change = models.ForeignKey(Change, models.CASCADE, null=True, related_name="secrets")
    position = models.PositiveSmallIntegerField(null=True)  # of the step whose answer it is; None: it was typed
    name = models.CharField(max_length=60)  # "Secret access key"
    blob = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["expires_at"])]

    def __str__(self) -> str:
        return f"{self.name} of change {self.change_id}"
