"""When what was looked at, and what came of it: book-keeping of the refresh, and figures for pages."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.models import AwsAccount


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
    """When all sources last looked at an AWS account, and until when a worker does so now.

    `unread`: the titles of what of AWS wasn't read by then, though it should be: nobody knows what is wrong there.
    `broken`: the sources that broke off, `{source, since, error}`.
    """

    aws_account = models.OneToOneField(AwsAccount, models.CASCADE, related_name="findings_refresh")
    looked_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    unread: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    broken: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return f"Findings of {self.aws_account}"


class RuleTally(models.Model):
    """The open findings of a rule in an AWS account, by severity: so that no page counts a hundred thousand.

    `names`: of the first objects that have one. Only `findings.tallies` writes it.
    """

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    rule = models.CharField(max_length=80)
    severity = models.CharField(max_length=8)
    findings = models.PositiveIntegerField()
    objects_with = models.PositiveIntegerField()
    names: models.JSONField[Any, Any] = models.JSONField(default=list)
    sentence = models.CharField(max_length=600, blank=True)  # of the one that there is; "" of several

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["aws_account", "rule", "severity"], name="findings_tally_once"),
        ]

    def __str__(self) -> str:
        return f"{self.findings} of {self.rule} in {self.aws_account}"


class FindingDay(models.Model):
    """How many findings were open on a day, as it ended; of today as it is. Only `findings.tallies` writes it."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    day = models.DateField()
    critical = models.PositiveIntegerField()
    high = models.PositiveIntegerField()
    medium = models.PositiveIntegerField()
    low = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["aws_account", "day"], name="findings_day_once")]

    def __str__(self) -> str:
        return f"{self.day} in {self.aws_account}"
