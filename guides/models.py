"""Runs of guided tasks: what was answered, by whom, in which AWS account, and the changes that came of it.

How far a run is stands nowhere: each of its steps is looked up in the mirror when its page is opened
(guides/runs/look.py).
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import AwsAccount
from sync.models import Change


class TaskRun(models.Model):
    """`task`: the name of its guided task. `about`: whom or what it is about, "iam.user:AIDA…", so that nobody begins a
    second one; "" where that can't be said. `answers`: plain values by name, with ids in place of people, no secrets.
    """

    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, related_name="task_runs")
    task = models.CharField(max_length=40)
    about = models.CharField(max_length=400, blank=True)
    answers: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)  # somebody said that nothing more is to be done

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["aws_account", "closed_at", "task"], name="guides_run_open")]
        constraints = [
            models.UniqueConstraint(
                fields=["aws_account", "task", "about"],
                condition=models.Q(closed_at=None) & ~models.Q(about=""),
                name="guides_run_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"Task {self.task} {self.pk}"


class StagedChange(models.Model):
    """A change that a step of a run staged."""

    run = models.ForeignKey(TaskRun, models.CASCADE, related_name="staged")
    change = models.OneToOneField(Change, models.PROTECT, related_name="staged_by_task")
    step = models.CharField(max_length=40)  # the name of the step

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.change} by {self.run}"


class LeaverReport(models.Model):
    """What somebody had in AWS when they were cut off, or when it was asked for. The audit trail has its digest."""

    run = models.ForeignKey(TaskRun, models.CASCADE, related_name="reports")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    content = models.JSONField()  # as guides/people/had.py makes it
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Report of {self.made_at:%Y-%m-%d %H:%M} on {self.run}"
