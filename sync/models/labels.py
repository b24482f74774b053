"""Taking a label from an AWS account, where that takes a second person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import AccountLabel, AwsAccount


class LabelRemoval(models.Model):
    """Somebody asked to take a label from an AWS account, whose plans meet less then."""

    class State(models.TextChoices):
        PENDING = "pending", "Waits for a second person"
        AGREED = "agreed", "Agreed"
        REFUSED = "refused", "Refused"

    label = models.ForeignKey(AccountLabel, models.CASCADE, related_name="removals")
    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="label_removals")
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    reason = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["label", "aws_account"], condition=Q(state="pending"), name="sync_label_removal_one_pending"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} of {self.aws_account}: {self.state}"
