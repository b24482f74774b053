"""When each source is due, the Regions that it is looked at in, how fast AWS is asked, the periodic tasks."""

from __future__ import annotations

from django.db import models

from accounts.models import AwsAccount


class Schedule(models.Model):
    """The next pull of one source in one AWS account and Region. No row: it is due as soon as it can be read."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="schedules")
    region = models.CharField(max_length=32, default="", blank=True)
    source = models.CharField(max_length=40)  # as registered, such as "iam.details"
    next_at = models.DateTimeField()
    empty_pulls = models.PositiveSmallIntegerField(default=0)  # in a row, that showed nothing in the Region

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["aws_account", "region", "source"], name="sync_schedule_of_source")
        ]
        indexes = [models.Index(fields=["next_at"])]

    def __str__(self) -> str:
        return f"{self.source} of {self.aws_account}"


class PullTurn(models.Model):
    """When an AWS account had its last turn: workers go on with the one that has waited longest (sync/pull.py)."""

    aws_account = models.OneToOneField(AwsAccount, models.CASCADE, related_name="+")
    ended_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.aws_account}, {self.ended_at}"


class TickPart(models.Model):
    """A periodic task, which is done once a minute, and how it went the last time. `TICK` is for all of it."""

    TICK = ""

    name = models.CharField(max_length=100, primary_key=True)
    began_at = models.DateTimeField()
    error = models.CharField(max_length=400, blank=True)
    failing_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Region(models.Model):
    """A Region as AWS lists it for an AWS account."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="regions")
    name = models.CharField(max_length=32)
    enabled = models.BooleanField()
    opt_in = models.BooleanField(default=False)  # off until the AWS account asks for it; has an STS of its own
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["aws_account", "name"], name="sync_region_once")]

    def __str__(self) -> str:
        return self.name


class SharedRate(models.Model):
    """The line that the calls of one category wait in. Times are seconds since 1970, by the database's clock."""

    account_id = models.CharField(max_length=12)  # the AWS account's 12 digits: an unsaved one is asked, too
    region = models.CharField(max_length=32)
    category = models.CharField(max_length=40)  # as AWS names it, such as "UserList"
    next_at = models.FloatField(default=0)  # the first free place
    urgent_at = models.FloatField(default=0)  # … and for who doesn't wait behind pulls
    slowed = models.FloatField(default=1)  # how many times slower than usual, when AWS refused last
    refused_at = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_id", "region", "category"], name="sync_one_rate_of_category")
        ]

    def __str__(self) -> str:
        return f"{self.category} of {self.account_id} in {self.region}"
