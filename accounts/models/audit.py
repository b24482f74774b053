"""The audit trail."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models.aws_accounts import AwsAccount
from accounts.models.operators import Operator
from accounts.roles import SEE_IAM


class AppendOnly(TypeError):
    """The audit trail is written once and never again."""

    def __init__(self) -> None:
        super().__init__("Audit entries are written once: they can't be changed or deleted.")


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, operator: Operator) -> Self:
        """Entries of the AWS accounts that `operator` sees; those of no AWS account only for owners of all."""
        visible = Q(aws_account__in=AwsAccount.objects.visible_to(operator, SEE_IAM))
        return self.filter(visible | Q(aws_account__isnull=True) if operator.owns_all() else visible)

    def update(self, **kwargs: Any) -> int:
        raise AppendOnly

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise AppendOnly

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly


class AuditEntry(models.Model):
    """Who did what to what, and why. Append-only: `accounts.audit.record` writes, `accounts.audit.seal` chains.

    `number` and `seal` are empty until the sealer has chained the entry (a moment after it was written).
    Triggers of the database (accounts/triggers.py) hold as well against what doesn't come through this class.
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)
    verb = models.CharField(max_length=64, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    actor_name = models.CharField(max_length=254)
    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, null=True, blank=True, related_name="+")
    object_kind = models.CharField(max_length=64, blank=True)
    object_id = models.CharField(max_length=400, blank=True)
    object_name = models.CharField(max_length=400, blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    number = models.PositiveBigIntegerField(null=True, blank=True, unique=True)
    seal = models.CharField(max_length=64, blank=True)

    objects: ClassVar[AuditEntryQuerySet] = AuditEntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["aws_account", "-id"]),
            models.Index(fields=["object_kind", "object_id", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.verb} by {self.actor_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("audit_entry", kwargs={"pk": self.pk})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly


class AuditHead(models.Model):
    """The end of the sealed chain: one row, which the sealer locks. What it says is checked against the log stream."""

    number = models.PositiveBigIntegerField(default=0)
    seal = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.number}:{self.seal}"
