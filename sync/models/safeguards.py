"""Safeguards: what plans of an AWS account must meet, such as a test of access; each with all its versions.

One is of an AWS account, or of a label: then it holds in each AWS account that has the label.
"""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import AccountLabel, AwsAccount


class SafeguardQuerySet(models.QuerySet["Safeguard"]):
    def there(self) -> Self:
        """Those that aren't deleted."""
        return self.filter(deleted_at=None)

    def holding_in(self, aws_account: AwsAccount) -> Self:
        """Its own, and those of its labels; deleted ones, too."""
        labels = AccountLabel.objects.of(aws_account)
        return self.filter(Q(aws_account=aws_account) | Q(label__in=labels.values("pk")))


class Safeguard(models.Model):
    """`kind`: as it is registered (sync/safeguards/kinds.py). What it says is in its versions."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, null=True, blank=True, related_name="safeguards")
    label = models.ForeignKey(AccountLabel, models.PROTECT, null=True, blank=True, related_name="safeguards")
    kind = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[SafeguardQuerySet] = SafeguardQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["aws_account", "kind", "deleted_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(aws_account__isnull=False, label__isnull=True)
                | Q(aws_account__isnull=True, label__isnull=False),
                name="sync_safeguard_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def scope(self) -> AwsAccount | AccountLabel:
        """Where it holds: in the AWS account, or in all that have the label."""
        found = self.aws_account or self.label
        assert found is not None  # noqa: S101  by the constraint
        return found

    @property
    def key(self) -> str:
        """By which findings of a plan name it."""
        return f"safeguard:{self.pk}"


class SafeguardVersion(models.Model):
    """What a safeguard says, or will say once somebody else has agreed. `deletes`: that there is none any more."""

    class State(models.TextChoices):
        PENDING = "pending", "Waits for a second person"
        IN_FORCE = "in_force", "In force"
        REPLACED = "replaced", "Replaced"
        REFUSED = "refused", "Refused"

    safeguard = models.ForeignKey(Safeguard, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()  # from 1
    state = models.CharField(max_length=8, choices=State)
    name = models.CharField(max_length=200)
    content = models.JSONField(default=dict)  # what its kind makes of it
    is_blocking = models.BooleanField(default=False)  # a plan that doesn't meet it isn't applied
    deletes = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["safeguard_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["safeguard", "number"], name="sync_safeguard_version"),
            models.UniqueConstraint(
                fields=["safeguard"], condition=Q(state="in_force"), name="sync_safeguard_one_in_force"
            ),
            models.UniqueConstraint(
                fields=["safeguard"], condition=Q(state="pending"), name="sync_safeguard_one_pending"
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.number} of safeguard {self.safeguard_id}"
