"""Queues of SQS to which EventBridge sends what CloudTrail records: where they are, what came, what is to be read."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import AwsAccount


class EventQueue(models.Model):
    """A queue that is asked for events, and how that goes. One for each Region of an AWS account."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="event_queues")
    region = models.CharField("Region", max_length=32)
    name = models.CharField(max_length=80)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)  # when it is asked again
    asked_at = models.DateTimeField(null=True)  # when it answered last
    # As AwsError.as_json has it: why it did not, and since when.
    error: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    failing_since = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)  # when the newest event was received
    event_at = models.DateTimeField(null=True)  # … and when CloudTrail says that it happened
    late_s = models.PositiveIntegerField(null=True)  # from that to the other
    events = models.PositiveBigIntegerField(default=0)  # received, each once
    refused = models.PositiveBigIntegerField(default=0)  # messages that are no event of this AWS account
    refused_why = models.CharField(max_length=200, blank=True)  # of the newest of those
    refused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["aws_account", "region"], name="sync_eventqueue_of_region")]
        indexes = [models.Index(fields=["next_at"])]

    def __str__(self) -> str:
        return self.name


class ReceivedEvent(models.Model):
    """An event that came by a queue. What it says is a hint: CloudTrail alone confirms it.

    `record` is CloudTrail's, as JSON, and personal: it is emptied after a day, and when somebody is erased. The id
    stays for a week, so that an event which comes again is known.
    """

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+", db_index=False)
    event_id = models.CharField(max_length=64)
    at = models.DateTimeField()  # when it happened, as it says
    received_at = models.DateTimeField()
    record = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["aws_account", "event_id"], name="sync_receivedevent_id")]
        indexes = [
            models.Index(fields=["aws_account", "at"], condition=~models.Q(record=""), name="sync_receivedevent_told"),
            models.Index(fields=["received_at"]),
        ]

    def __str__(self) -> str:
        return self.event_id


class ObjectHint(models.Model):
    """That an object may have changed: it is read again, once for all events about it. It goes when that is done.

    With a `source` and no object: all that the source shows is read.
    """

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+", db_index=False)
    region = models.CharField(max_length=32, default="", blank=True)
    kind = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=400, blank=True)
    source = models.CharField(max_length=40, blank=True)
    # How AWS is asked about an object that the mirror doesn't have yet.
    name = models.CharField(max_length=256, blank=True)
    arn = models.CharField(max_length=2048, blank=True)
    hinted_at = models.DateTimeField()  # when the first of these events was received
    newest_at = models.DateTimeField()  # when the last of them happened
    next_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["aws_account", "region", "kind", "object_id", "source"], name="sync_objecthint_of_object"
            )
        ]
        indexes = [models.Index(fields=["next_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}" if self.kind else self.source


class AcceptedPipeline(models.Model):
    """A role whose confirmed changes outside the console an owner wants to be accepted by themselves."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="accepted_pipelines")
    name = models.CharField(max_length=80)
    role_id = models.CharField(max_length=128)  # AWS's unique id of the role: AROA…
    role_name = models.CharField(max_length=64)  # when it was chosen
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["aws_account", "role_id"],
                condition=models.Q(ended_at__isnull=True),
                name="sync_acceptedpipeline_of_role",
            )
        ]

    def __str__(self) -> str:
        return self.name
