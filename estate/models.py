"""Enrolments: AWS accounts of an organization that are connected together, by roles under one external id."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import AwsAccount


class AccountEnrolment(models.Model):
    """What is deployed to AWS accounts of one organization: which roles, and under which external id.

    It is bound to that organization for good. After its end nobody is connected by it; those who were stay so.
    """

    held_by = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")  # which is asked for the organization
    organization_id = models.CharField(max_length=34)  # o-…
    key = models.CharField(max_length=12, unique=True)  # the end of the names of its roles
    external_id = models.CharField(max_length=1224, unique=True)
    # The external id, sealed for this organization: that the console made it, also when SECRET_KEY is another one.
    proof = models.TextField(blank=True, default="", db_default="")
    principal_arn = models.CharField(max_length=2048)  # who the console was then: whom the roles trust
    asks_organization = models.BooleanField(default=False)  # the roles trust it only as long as it is in there, too
    people, writes = models.BooleanField(default=False), models.BooleanField(default=False)
    parts: models.JSONField[Any, Any] = models.JSONField(default=list)  # names of RoleParts, beside that for people
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    lasts_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Enrolment {self.key} of {self.organization_id}"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None and self.lasts_until > timezone.now()


class EnrolledAccount(models.Model):
    """An AWS account that was chosen, and what came of trying its roles. While it waits, a worker takes it up."""

    class State(models.TextChoices):
        CHOSEN = "chosen", "Not tried yet"
        WAITING = "waiting", "Being tried"
        WORKS = "works", "Works"
        MISSING = "missing", "Not deployed yet"
        REFUSED = "refused", "Refused"
        CONNECTING = "connecting", "Being connected"
        CONNECTED = "connected", "Connected"

    AT_WORK: ClassVar[tuple[str, ...]] = (State.WAITING, State.CONNECTING)

    enrolment = models.ForeignKey(AccountEnrolment, models.CASCADE, related_name="accounts")
    account_id = models.CharField(max_length=12, db_index=True)
    name = models.CharField(max_length=128)  # as the organization called it when it was chosen
    state = models.CharField(max_length=12, choices=State, default=State.CHOSEN)
    why = models.TextField(blank=True)  # a sentence: why it doesn't work, or wasn't tried
    why_no_writes = models.TextField(blank=True)  # … of the role to write, where there is to be one
    tried_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)  # in a row that AWS says will pass
    not_before = models.DateTimeField(null=True)
    claim = models.CharField(max_length=32, blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    # How it is to be connected, and who says so.
    connected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    environment = models.CharField(
        max_length=12, choices=AwsAccount.Environment, default=AwsAccount.Environment.PRODUCTION
    )
    turn_writes_on = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "account_id"]
        constraints = [models.UniqueConstraint(fields=["enrolment", "account_id"], name="enrolled_account_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.account_id})"


class LeftOutAccount(models.Model):
    """An AWS account of an organization that isn't to be connected: it is listed, and needs nobody's attention."""

    organization_id = models.CharField(max_length=34)
    account_id = models.CharField(max_length=12)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["organization_id", "account_id"]
        constraints = [models.UniqueConstraint(fields=["organization_id", "account_id"], name="left_out_account_once")]

    def __str__(self) -> str:
        return self.account_id
