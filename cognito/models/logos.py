"""Images for classic sign-in pages, as plans send them."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import AwsAccount


class Logo(models.Model):
    """Kept once for each content. The step of a change names its digest, so that approvals sign what is sent, and the
    reverse has what was there.
    """

    class Kind(models.TextChoices):
        PNG = "png", "PNG"
        JPEG = "jpeg", "JPEG"

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)  # SHA-256 in hexadecimal
    kind = models.CharField(max_length=4, choices=Kind.choices)
    image = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["aws_account", "digest"], name="cognito_logo_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.digest[:12]}"
