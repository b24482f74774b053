"""Resources that have policies of their own, as AWS tells of them, and what an AWS account reads of such."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.models import AwsAccount
from policies.models import Document
from sync.models import CodeOwnedRow
from sync.models.fields import listed_by


class Resource(CodeOwnedRow):
    """A bucket, a key, a queue …: one of a kind of the table (resources/table/).

    `aws_id` is its ARN with ~ in place of each slash, since it stands in addresses. `region` is the place where its
    list is asked for, "" where that is global; `located_in` is the Region that it is in.
    """

    class PolicyState(models.TextChoices):
        HAS = "has", "Has a policy"
        NONE = "none", "Has none"
        NOT_READ = "not_read", "Not read"

    class Exposure(models.TextChoices):
        """To whom it is open from outside its AWS account. An app above finds that out after a pull."""

        PUBLIC = "public", "Everybody"
        PERHAPS = "perhaps", "Perhaps everybody"
        ACCOUNTS = "accounts", "Other AWS accounts"
        CLOSED = "closed", "Nobody from outside"
        UNKNOWN = "unknown", "Unknown"
        NOT_LOOKED_AT = "", "Not looked at yet"

    facet_columns = frozenset({"exposure"})
    searched = ("name", "arn")

    kind = models.CharField(max_length=40, editable=False)  # each row's own: "sqs.queue"
    service = models.CharField(max_length=20, editable=False)  # what is switched on and off: "sqs"
    located_in = models.CharField("Region", max_length=32, blank=True, editable=False)
    policy_state = models.CharField(max_length=8, choices=PolicyState, editable=False)
    exposure = models.CharField(max_length=8, choices=Exposure, default="", blank=True, editable=False)
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict, editable=False)  # by the parts of its kind
    # Of parts that AWS didn't tell of when it was last read: {"why", "statement", "held_at"}, by part. What was read of
    # them before stays, as of `held_at`; null: they were never read.
    not_read: models.JSONField[Any, Any] = models.JSONField(default=dict, editable=False)

    class Meta(CodeOwnedRow.Meta):
        verbose_name = "resource"
        indexes = [
            *CodeOwnedRow.Meta.indexes,
            *listed_by("kind", "located_in", "policy_state", "exposure"),
            models.Index(fields=["arn"], name="%(class)s_arn"),
        ]


class ResourcePolicy(models.Model):
    """A policy that stands on a resource. Rows say what is in force; what was before is in revisions."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="policies")
    part = models.CharField(max_length=40)  # of the kind: "policy"
    arn = models.CharField("ARN", max_length=2048, blank=True)  # on which it stands: that of an alias, of a stream
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["part", "arn"]
        constraints = [models.UniqueConstraint(fields=["resource", "part", "arn"], name="resources_policy_once")]

    def __str__(self) -> str:
        return f"{self.part} of {self.resource}"


class ResourceReading(models.Model):
    """Which resources are read in an AWS account, and how often AWS may be asked for that. No row: none."""

    aws_account = models.OneToOneField(AwsAccount, models.CASCADE, related_name="resource_reading")
    # The Regions of each service that is on: {"sqs": ["eu-west-1"], "s3": [""]}.
    services: models.JSONField[Any, Any] = models.JSONField(default=dict)
    calls_an_hour = models.PositiveIntegerField(default=3600)

    def __str__(self) -> str:
        return f"Resources of {self.aws_account}"


class CallBudget(models.Model):
    """How many calls are left for resources of an AWS account just now (resources/budget.py)."""

    aws_account = models.OneToOneField(AwsAccount, models.CASCADE, related_name="+")
    left = models.FloatField()
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.left:.0f} calls left for {self.aws_account}"
