"""A run: one pull of one source of one AWS account and region, as an operator sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import AwsAccount

if TYPE_CHECKING:
    from sync.pull_groups import PullProgress


class Run(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued", "Waiting for a worker"
        RUNNING = "running", "Running"
        DONE = "done", "Complete"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    class Trigger(models.TextChoices):
        SCHEDULE = "schedule", "Schedule"
        OPERATOR = "operator", "Pull now"
        COMMAND = "command", "Command line"
        CONNECT = "connect", "First pull after connecting"
        IMPORT = "import", "Imported file"
        EVENT = "event", "Event of CloudTrail"

    ACTIVE = (State.QUEUED, State.RUNNING)
    OBJECT = "object"  # the source of those that read one object again

    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, related_name="runs")
    region = models.CharField(max_length=32, default="", blank=True)
    source = models.CharField(max_length=40)  # as registered, such as "iam.details"
    # What a refresh of one object reads again; "" for all that the source shows.
    object_kind = models.CharField(max_length=40, default="", blank=True)
    object_id = models.CharField(max_length=400, default="", blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    trigger = models.CharField(max_length=10, choices=Trigger)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # The number of the first of those that were started at once by one order (sync/pull_groups.py); None: it alone.
    together = models.PositiveBigIntegerField(null=True, blank=True)
    # The claim: who works on it, proven by the token, alive as long as the heartbeat is fresh.
    claim = models.CharField(max_length=64, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    rests = models.BooleanField(default=False, editable=False)  # no worker takes it before the next tick
    cursor = models.JSONField(default=dict, blank=True)  # where to go on: AWS's marker and what waits to be merged
    expected = models.PositiveIntegerField(null=True, blank=True)  # objects, where AWS tells beforehand
    taken_at = models.DateTimeField(null=True, blank=True)  # of an imported file: when AWS was asked for what is in it
    # objects by what became of them, and pages
    pages = models.PositiveIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    error = models.JSONField(
        default=dict, blank=True
    )  # {"class", "code", "sentence", "words", "statement", "request_id"}
    log = models.JSONField(default=list, blank=True)  # [{"at", "line"}], the newest last

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["aws_account", "region", "source", "object_kind", "object_id"],
                condition=Q(state__in=["queued", "running"]),
                name="sync_run_one_at_a_time",
            )
        ]
        indexes = [
            models.Index(fields=["state", "heartbeat_at"]),
            models.Index(fields=["aws_account", "source", "state", "id"], name="sync_run_newest"),
            models.Index(fields=["together"], condition=Q(together__isnull=False), name="sync_run_together"),
            models.Index(
                fields=["aws_account", "-finished_at"],
                condition=Q(state="done", object_id=""),
                name="sync_run_complete",
            ),
        ]

    # While the list of pulls is made: what became of all that it stands for.
    of_several: PullProgress | None = None

    def __str__(self) -> str:
        return f"Pull {self.pk} of {self.source}"

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE


class SourceState(models.Model):
    """How the pulls of a source in an AWS account and Region ended: the newest of both ways, and the first complete.

    Written by a trigger of the table of runs (sync/source_states.py), whoever writes these.
    """

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="source_states")
    source = models.CharField(max_length=40)
    region = models.CharField(max_length=32, default="", db_default="", blank=True)
    # Without a constraint: the trigger writes what is so, and what these name is never removed (sync/retention.py).
    done = models.ForeignKey(Run, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False)
    failed = models.ForeignKey(Run, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False)
    first_done = models.ForeignKey(
        Run, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["aws_account", "source", "region"], name="sync_state_of_source")]

    def __str__(self) -> str:
        return f"{self.source} of {self.aws_account}"


class PullDay(models.Model):
    """The pulls of a source on one day that found nothing new, summed up: their runs are gone (sync/idle_runs.py)."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="pull_days")
    source = models.CharField(max_length=40)
    day = models.DateField()  # on which they ended, in UTC
    runs = models.PositiveIntegerField()
    seen = models.PositiveBigIntegerField()  # objects, of all of them
    took_ms = models.PositiveBigIntegerField()  # from beginning to end, of all of them

    class Meta:
        constraints = [models.UniqueConstraint(fields=["aws_account", "source", "day"], name="sync_day_of_source")]
        indexes = [models.Index(fields=["day"])]

    def __str__(self) -> str:
        return f"{self.source} of {self.aws_account}, {self.day}"
