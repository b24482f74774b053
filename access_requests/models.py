"""What may be asked for, as whom somebody asks for it, and who asked for what."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import AwsAccount
from iamconsole.unique_constraints import unique_nulls_not_distinct
from iamconsole.web.words import counted
from sync.models import Change

LONGEST_HOURS = 90 * 24


class IdentityKind(models.TextChoices):
    """What a requester is known as in AWS."""

    USER = "user", "IAM user"
    PERSON = "person", "person of Identity Center"


class AccessOffer(models.Model):
    """Something that may be asked for: by whom, and for how long at most. An editor or an owner makes it."""

    class Kind(models.TextChoices):
        GROUP = "group", "Group"
        ROLE = "role", "Role"
        POLICY = "policy", "Policy"
        PERMISSION_SET = "permission_set", "Permission set"

    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, related_name="access_offers")
    title = models.CharField(max_length=120)
    gives = models.CharField(max_length=300)  # in the words of whoever made it: requesters see no documents
    kind = models.CharField(max_length=14, choices=Kind)
    object_id = models.CharField(max_length=2048)  # AWS's immutable id; of a policy its ARN
    object_name = models.CharField(max_length=200)  # as it was called when the offer was made
    target_id = models.CharField(max_length=12, blank=True)  # the AWS account that a permission set is assigned in
    longest_hours = models.PositiveIntegerField(validators=[MinValueValidator(1), MaxValueValidator(LONGEST_HOURS)])
    # Of operators, who may ask; None: every requester of the AWS account.
    for_group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            unique_nulls_not_distinct(
                "aws_account",
                "kind",
                "object_id",
                "target_id",
                nullable=["for_group"],
                condition=Q(withdrawn_at=None),
                name="access_offer_made_once",
                violation_error_message="This is offered already: withdraw that offer first.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def longest(self) -> timedelta:
        return timedelta(hours=self.longest_hours)

    @property
    def longest_words(self) -> str:
        """ "7 days", "8 hours"."""
        days, hours = divmod(self.longest_hours, 24)
        return counted(self.longest_hours, "hour") if hours else counted(days, "day")

    @property
    def subject(self) -> tuple[str, str, str]:
        """What it gives, whoever it is offered to."""
        return self.kind, self.object_id, self.target_id


class RequesterIdentity(models.Model):
    """As whom an operator is known in AWS. An owner says so, never the operator: access is given to this one."""

    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, related_name="requester_identities")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="requester_identities")
    kind = models.CharField(max_length=6, choices=IdentityKind)
    object_id = models.CharField(max_length=128)  # AIDA…, or the id of the person
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "requester identities"
        constraints = [
            models.UniqueConstraint(fields=["aws_account", "operator", "kind"], name="requester_identity_one_each"),
            models.UniqueConstraint(fields=["aws_account", "kind", "object_id"], name="requester_identity_of_one"),
        ]

    def __str__(self) -> str:
        return f"{self.operator} is {self.get_kind_display()} {self.object_id}"


class AccessRequest(models.Model):
    """Somebody asks for access until a date. `change`: the plan of it; None as long as it is of no offer.

    Where it stands is said by the change, once there is one (access_requests/standing.py).
    """

    class Closed(models.TextChoices):
        """How one ended without a change that was carried out."""

        WITHDRAWN = "withdrawn", "Withdrawn"
        REFUSED = "refused", "Refused"
        LAPSED = "lapsed", "Lapsed"

    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, related_name="access_requests")
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="access_requests")
    offer = models.ForeignKey(AccessOffer, models.PROTECT, null=True, blank=True, related_name="requests")
    change = models.OneToOneField(Change, models.PROTECT, null=True, blank=True, related_name="access_request")
    given_to = models.CharField(max_length=128, blank=True)  # the id of the identity that it is for
    # What was denied, of the message that they pasted: {"principal", "action", "resource"}.
    denied = models.JSONField(default=dict, blank=True)
    reason = models.TextField()
    ticket = models.CharField(max_length=300, blank=True)
    until = models.DateTimeField()  # as asked for
    asked_at = models.DateTimeField(default=timezone.now)
    closed = models.CharField(max_length=9, choices=Closed, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)  # to the requester, by who decided
    returned_at = models.DateTimeField(null=True, blank=True)  # its requester, or the console, had it end early

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["aws_account", "closed"], name="access_request_open"),
            models.Index(fields=["requester", "-id"], name="access_request_of"),
        ]

    def __str__(self) -> str:
        return f"Request {self.pk}: {self.title}"

    @property
    def title(self) -> str:
        if self.offer is not None:
            return self.offer.title
        return f"Allow {self.denied['action']}" if self.denied else "Something that isn’t offered"

    @property
    def ends_at(self) -> datetime:
        """As it was granted, or asked for."""
        return self.change.until if self.change and self.change.until else self.until
