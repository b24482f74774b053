"""What is wrong in an AWS account, as rows: each finding is about one object, and lives as long as its evidence."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Concat, Lower
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM


class FindingSeverity(models.TextChoices):
    """The names are those of iamconsole.web.panels.SEVERITIES; the worst first."""

    CRITICAL = "critical", "Critical"
    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"

    @property
    def rank(self) -> int:
        """0 is critical."""
        return list(FindingSeverity).index(self)


def _ranked(field: Any, *values: Any) -> Case:
    whens = (When(severity=each.value, then=Value(value)) for each, value in zip(FindingSeverity, values, strict=True))
    return Case(*whens, default=Value(values[-1]), output_field=field)


_RANK = _ranked(models.PositiveSmallIntegerField(), 0, 1, 2, 3)
_RANK_TEXT = _ranked(models.CharField(max_length=1), "0", "1", "2", "3")


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, operator: Operator) -> Self:
        return self.filter(aws_account__in=AwsAccount.objects.visible_to(operator, SEE_IAM))

    def there(self) -> Self:
        """Those whose evidence was there when it was last looked for, of rules that are on."""
        return self.exclude(state__in=(Finding.State.MENDED, Finding.State.OFF))

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
    `evidence` holds no personal data. Only `findings.refresh` and the services of `findings` write rows.
    """

    class State(models.TextChoices):
        """Off: it is there, and its rule is switched off in the AWS account."""

        OPEN = "open", "Open"
        MUTED = "muted", "Muted"
        ACCEPTED = "accepted", "Accepted"
        MENDED = "mended", "Mended"
        OFF = "off", "Its rule is off"

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="findings")
    source = models.CharField(max_length=40)  # as registered: findings/sources.py
    scope = models.CharField(max_length=460, blank=True)  # what the source looks at in one piece
    rule = models.CharField(max_length=80)
    severity = models.CharField(max_length=8, choices=FindingSeverity)  # as the AWS account has the rule set
    found_severity = models.CharField(max_length=8, choices=FindingSeverity, blank=True)  # as the rule says it
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
    # What somebody decided: to mute it until a time, or to accept it, which has no end.
    mute_reason = models.TextField(blank=True)  # typed by somebody: the audit trail holds a digest
    muted_at = models.DateTimeField(null=True, blank=True)
    muted_until = models.DateTimeField(null=True, blank=True)
    muted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    is_accepted = models.BooleanField(default=False)
    # Who looks after it: whom somebody named, else what a tag of the object says.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    owner_group = models.ForeignKey(Group, models.SET_NULL, null=True, blank=True, related_name="+")
    owner_tag = models.CharField(max_length=256, blank=True)
    owner_name = models.CharField(max_length=256, blank=True)  # of the three the first that is there, for sorting
    # By which lists are sorted and grouped: 0 is critical, and the worst rules come first.
    rank = models.GeneratedField(
        expression=_RANK, output_field=models.PositiveSmallIntegerField(), db_persist=True, editable=False
    )
    by_rule = models.GeneratedField(
        expression=Concat(_RANK_TEXT, F("rule")), output_field=models.CharField(max_length=90), db_persist=True
    )
    by_object = models.GeneratedField(
        expression=Concat(Lower("name"), Value("\n"), F("kind"), Value("\n"), F("object_id")),
        output_field=models.CharField(max_length=700),
        db_persist=True,
    )

    objects: ClassVar[FindingQuerySet] = FindingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["aws_account", "fingerprint"], name="findings_fingerprint")]
        indexes = [
            models.Index(fields=["aws_account", "source", "scope"], name="findings_scope"),
            models.Index(fields=["aws_account", "kind", "object_id", "rule"], name="findings_object"),
            models.Index(fields=["aws_account", "rule", "state"], name="findings_rule"),
            models.Index(fields=["muted_until"], condition=Q(state="muted"), name="findings_mute_ends"),
            models.Index(fields=["mended_at"], condition=Q(state="mended"), name="findings_mended"),
            *(
                models.Index(fields=["aws_account", "state", key, "id"], name=f"findings_{key}")
                for key in ("rank", "by_rule", "by_object", "owner_name", "first_seen")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} of {self.name or self.object_id}"

    @property
    def is_muted(self) -> bool:
        """Now: by a mute that hasn't ended."""
        return self.state == self.State.MUTED and self.muted_until is not None and self.muted_until > timezone.now()

    @property
    def is_there(self) -> bool:
        return self.state not in (self.State.MENDED, self.State.OFF)


class RuleSetting(models.Model):
    """How an AWS account has a rule set: off, or harsher than the rule is. Only `findings.rule_settings` writes it."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    rule = models.CharField(max_length=80)
    is_off = models.BooleanField(default=False)
    severity = models.CharField(max_length=8, choices=FindingSeverity, blank=True)  # at least; "": as the rule says
    reason = models.TextField(blank=True)  # typed by somebody: the audit trail holds a digest
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["aws_account", "rule"], name="findings_rule_set_once")]

    def __str__(self) -> str:
        return f"{self.rule} in {self.aws_account}"
