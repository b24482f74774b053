"""What is wrong in an AWS account, as rows: each finding is about one object, and lives as long as its evidence."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM


class FindingSeverity(models.TextChoices):
    """The names are those of iamconsole.web.panels.SEVERITIES; the worst first."""

    CRITICAL = "critical", "Critical"
    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, operator: Operator) -> Self:
        return self.filter(aws_account__in=AwsAccount.objects.visible_to(operator, SEE_IAM))

    def there(self) -> Self:
        """Those whose evidence was there when it was last looked for."""
        return self.exclude(state=Finding.State.MENDED)

    def muted_at(self, at: datetime) -> Self:
        """A mute that has ended counts no more, although the tick that says so may come a minute later."""
        return self.filter(state=Finding.State.MUTED, muted_until__gt=at)

    def locked(self, pks: Collection[int]) -> Self:
        """Those of these that are there, until the transaction ends: in the order in which all who lock several do."""
        return self.filter(pk__in=list(pks)).select_for_update(of=("self",)).order_by("pk")

    def counted_at(self, at: datetime) -> Self:
        """Those that somebody has to do something about."""
        return self.filter(Q(state=Finding.State.OPEN) | Q(state=Finding.State.MUTED, muted_until__lte=at))


class Finding(models.Model):
    """What a rule found about one object, known by its evidence.

    `object_id` is AWS's immutable id: an object that was deleted and made again under its name has other findings.
    `fingerprint` is of the rule, the object and what the evidence says, without names and places that may change.
    `evidence` holds no personal data. Only `findings.refresh` and `findings.services` write rows.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        MUTED = "muted", "Muted"
        ACCEPTED = "accepted", "Accepted"
        MENDED = "mended", "Mended"

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="findings")
    source = models.CharField(max_length=40)  # as registered: findings/sources.py
    scope = models.CharField(max_length=460, blank=True)  # what the source looks at in one piece
    rule = models.CharField(max_length=80)
    severity = models.CharField(max_length=8, choices=FindingSeverity)
    kind = models.CharField(max_length=40)  # of the object, as its mirror is registered: "iam.user"
    object_id = models.CharField(max_length=400)
    region = models.CharField(max_length=32, default="", blank=True)
    name = models.CharField(max_length=256, blank=True)  # what the object was called when it was last looked at
    sentence = models.CharField(max_length=600)
    fingerprint = models.CharField(max_length=64)
    evidence: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    state_since = models.DateTimeField()
    first_seen = models.DateTimeField()
    # When its scope was last looked at and had it. Until it is mended it is there as of `SourceLook.looked_at`.
    last_seen = models.DateTimeField()
    mended_at = models.DateTimeField(null=True, blank=True)
    mute_reason = models.TextField(blank=True)  # typed by somebody: the audit trail holds a digest
    muted_at = models.DateTimeField(null=True, blank=True)
    muted_until = models.DateTimeField(null=True, blank=True)
    muted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects: ClassVar[FindingQuerySet] = FindingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["aws_account", "fingerprint"], name="findings_fingerprint")]
        indexes = [
            models.Index(fields=["aws_account", "source", "scope"], name="findings_scope"),
            models.Index(fields=["aws_account", "kind", "object_id"], name="findings_object"),
            models.Index(fields=["aws_account", "state", "rule"], name="findings_state"),
            models.Index(fields=["muted_until"], condition=Q(state="muted"), name="findings_mute_ends"),
            models.Index(fields=["mended_at"], condition=Q(state="mended"), name="findings_mended"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} of {self.name or self.object_id}"

    @property
    def is_muted(self) -> bool:
        """Now: by a mute that hasn't ended."""
        return self.state == self.State.MUTED and self.muted_until is not None and self.muted_until > timezone.now()


class SourceLook(models.Model):
    """How a source fared in an AWS account. `looked_at`: when it began the last time that it came to an end."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    source = models.CharField(max_length=40)
    looked_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=400, blank=True)  # why it didn't come to an end the last time
    failing_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["aws_account", "source"], name="findings_source_once")]

    def __str__(self) -> str:
        return f"{self.source} of {self.aws_account}"


class ScopeLook(models.Model):
    """What a scope was like when it was last looked at: as long as its stamp stays, nothing else is found there."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    source = models.CharField(max_length=40)
    scope = models.CharField(max_length=460, blank=True)
    stamp = models.CharField(max_length=64)
    began_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["aws_account", "source", "scope"], name="findings_scope_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.scope}"


class AccountRefresh(models.Model):
    """When all sources last looked at an AWS account, and until when a worker does so now."""

    aws_account = models.OneToOneField(AwsAccount, models.CASCADE, related_name="findings_refresh")
    looked_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Findings of {self.aws_account}"
