"""What people keep of their questions about access."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from access.escalation.models import EscalationSummary as EscalationSummary
from access.simulation.question import SimulationQuestion
from accounts.models import AwsAccount
from sync.models import Safeguard


class SavedQuestionQuerySet(models.QuerySet["SavedQuestion"]):
    def with_key(self, key: str) -> Self:
        """One of those of an AWS account, or none."""
        if len(key) < 16 and key.isascii() and key.isdecimal():
            return self.filter(pk=int(key)).exclude(name="")
        return self.filter(digest=key, name="")


class SavedQuestion(models.Model):
    """A question of Simulate with an address of its own: because somebody named it, or because it is long.

    One that is only long may hold the text of a draft: it is shown to nobody but its author, and whom they give the
    address. That has its digest, since others would find it by counting.
    """

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    name = models.CharField(max_length=120, blank=True)  # "" where only its length made it
    query = models.TextField()  # as its address would have it
    digest = models.CharField(max_length=64)  # of the query
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[SavedQuestionQuerySet] = SavedQuestionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["aws_account", "digest", "name"], name="access_question_once"),
        ]
        indexes = [models.Index(fields=["name", "used_at"])]

    def __str__(self) -> str:
        return self.name or f"Question {self.pk}"

    @property
    def key(self) -> str:
        """By which addresses name it."""
        return str(self.pk) if self.name else self.digest

    @property
    def question(self) -> SimulationQuestion:
        return SimulationQuestion.read_query(self.query)


class AccessTestResult(models.Model):
    """How a saved test (a safeguard of the kind `access_test`) fared in an AWS account when it was last run there."""

    class Status(models.TextChoices):
        PASSES = "passes", "Passes"
        BROKEN = "broken", "Broken"
        UNKNOWN = "unknown", "Unknown"

    safeguard = models.ForeignKey(Safeguard, models.CASCADE, related_name="test_results")
    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()  # that was run
    status = models.CharField(max_length=8, choices=Status)
    sentences = models.JSONField(default=list)  # the first of why it doesn't pass
    more = models.PositiveIntegerField(default=0)  # how many there are beside them
    answers = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    since = models.DateTimeField()  # when it began to be so

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["safeguard", "aws_account"], name="access_test_result_once"),
        ]

    def __str__(self) -> str:
        return f"{self.status}: test {self.safeguard_id}"


class AccessDisagreement(models.Model):
    """A question of which AWS's policy simulator said another thing than the console. Nobody is kept as asking it."""

    class Decision(models.TextChoices):
        ALLOWED = "allowed", "Allowed"
        EXPLICIT_DENY = "explicitDeny", "Denied"
        IMPLICIT_DENY = "implicitDeny", "Not allowed"
        UNKNOWN = "unknown", "Unknown"

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)  # of the question
    mirror_version = models.CharField(max_length=64)  # a digest of the policies and principals that the console had
    principal = models.CharField(max_length=2048)
    action = models.CharField(max_length=256)
    resource = models.CharField(max_length=2048)
    keys: models.JSONField[Any, Any] = models.JSONField(default=list)  # condition keys that were known, without values
    ours = models.CharField(max_length=12, choices=Decision)
    alike = models.CharField(max_length=12, choices=Decision)  # ours by what the simulator looks at
    theirs = models.CharField(max_length=12, choices=Decision)
    missing: models.JSONField[Any, Any] = models.JSONField(default=list)  # keys that AWS says were missing
    reasons: models.JSONField[Any, Any] = models.JSONField(default=list)  # access.asking.comparing.KnownReason
    is_explained = models.BooleanField(default=False)
    at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["is_explained", "-at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["aws_account", "digest", "mirror_version"], name="access_disagreement_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.ours} here, {self.theirs} by AWS"
