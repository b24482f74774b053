"""Who did it: what CloudTrail says of calls, beside the revisions that they explain. Evidence, never state."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from accounts.models import AwsAccount
from sync.models.mirrored import Revision


class TrailEvent(models.Model):
    """One call as CloudTrail has it on record.

    `personal` is JSON: session, person, address, agent, access_key, person_id. It is emptied some time later, and when
    somebody is erased.
    """

    class Doer(models.TextChoices):
        ROOT = "root", "Root user"
        USER = "user", "IAM user"
        ROLE = "role", "Role"
        PERSON = "person", "Person of Identity Center"
        FEDERATED = "federated", "Federated user"
        SERVICE = "service", "AWS service"
        ACCOUNT = "account", "Another AWS account"
        UNKNOWN = "unknown", "Unknown"

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+", db_index=False)
    event_id = models.CharField(max_length=64)  # CloudTrail's
    at = models.DateTimeField()
    region = models.CharField(max_length=32)
    service = models.CharField(max_length=128)  # "iam.amazonaws.com"
    name = models.CharField(max_length=128)  # "AttachUserPolicy"
    request_id = models.CharField(max_length=128, blank=True)
    doer = models.CharField(max_length=9, choices=Doer)
    called = models.CharField(max_length=256, blank=True)  # the user's or role's name, the service, the AWS account
    unique_id = models.CharField(max_length=128, blank=True)  # AIDA…, AROA…
    tool = models.CharField(max_length=80, blank=True)  # "AWS CLI", as the user agent says
    personal = models.TextField(blank=True)
    step = models.ForeignKey("sync.Step", models.SET_NULL, null=True, related_name="+")  # of ours, which made this call
    with_our_role = models.BooleanField(default=False)  # … the console's role to write, and no step of ours
    # An event of a queue says so, and CloudTrail hasn't confirmed it: nothing is concluded from it.
    reported = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["aws_account", "event_id"], name="sync_trailevent_id")]
        indexes = [
            models.Index(fields=["at"], condition=~models.Q(personal=""), name="sync_trailevent_personal"),
            models.Index(fields=["aws_account"], condition=models.Q(with_our_role=True), name="sync_trailevent_ours"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.event_id}"


class Authorship(models.Model):
    """What is known of who brought about a revision of origin `outside`. No row: nobody has asked yet."""

    class State(models.TextChoices):
        WAITING = "waiting", "CloudTrail hasn’t told yet"
        REPORTED = "reported", "Reported by an event that CloudTrail hasn’t confirmed yet"
        FOUND = "found", "Known"
        NOBODY = "nobody", "CloudTrail has nothing"
        DENIED = "denied", "Not read: AWS doesn’t let this console ask CloudTrail"
        TOO_OLD = "too_old", "Older than CloudTrail’s history"

    revision = models.OneToOneField(Revision, models.CASCADE, related_name="authorship")
    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    events = models.ManyToManyField(TrailEvent, related_name="authorships")
    partly = models.BooleanField(default=False)  # something of it is explained by no event
    by_name_only = models.BooleanField(default=False)  # the console can't compare what was asked for with what is there
    exactly = models.BooleanField(default=False)  # these calls asked for all of it, to the letter, and for each part
    asked_at = models.DateTimeField(null=True)
    # Whether it could be accepted by itself was looked at: then, and with this result where it wasn't.
    weighed_at = models.DateTimeField(null=True)
    not_accepted_why = models.CharField(max_length=300, blank=True)

    OPEN = (State.WAITING, State.REPORTED, State.DENIED)

    def __str__(self) -> str:
        return f"{self.revision}: {self.state}"


class TrailQuestion(models.Model):
    """That CloudTrail is to be asked about an object: one question for all its revisions. It goes when all is told."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+", db_index=False)
    region = models.CharField(max_length=32, default="", blank=True)  # of the object, "" for global kinds
    kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=400)
    next_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    # As AwsError.as_json has it: why it could not be asked the last time.
    error: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["aws_account", "region", "kind", "object_id"], name="sync_trailquestion_of_object"
            )
        ]
        indexes = [models.Index(fields=["next_at"])]

    def __str__(self) -> str:
        return f"Who changed {self.kind} {self.object_id}"


class ActivityAnswer(models.Model):
    """What CloudTrail said of the last calls of a user or role, for those who asked; kept for an hour.

    `calls` is JSON, and personal: see sync/activity/principals.py.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Being asked"
        ANSWERED = "answered", "Answered"
        FAILED = "failed", "Not answered"

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=400)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    calls = models.TextField(blank=True)
    more = models.BooleanField(default=False)  # CloudTrail has older ones, too
    error: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["aws_account", "kind", "object_id"], name="sync_activityanswer_of_object")
        ]

    def __str__(self) -> str:
        return f"Activity of {self.kind} {self.object_id}"
