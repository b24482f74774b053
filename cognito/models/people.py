"""The people of user pools. No revisions and no facets: they are too many, and how they were is nobody's business.

The book-keeping of the mirror is in the row itself.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import AwsAccount
from cognito.models.pools import CognitoGroup, UserPool
from sync.models import MirroredRow

USUAL = ("CONFIRMED", "EXTERNAL_PROVIDER")  # statuses


class CognitoUser(MirroredRow):
    """One of a pool's people. `name` is the username, `aws_id` the `sub`, by which logs and audit entries name them."""

    kind = "cognito.user"
    searched = ("words",)
    searched_by = "pool"

    class Status(models.TextChoices):
        UNCONFIRMED = "UNCONFIRMED", "Never finished signing up"
        CONFIRMED = "CONFIRMED", "Confirmed"
        ARCHIVED = "ARCHIVED", "Archived"
        COMPROMISED = "COMPROMISED", "Compromised"
        UNKNOWN = "UNKNOWN", "Unknown to AWS"
        RESET_REQUIRED = "RESET_REQUIRED", "Must reset the password"
        FORCE_CHANGE_PASSWORD = "FORCE_CHANGE_PASSWORD", "Has a temporary password"
        EXTERNAL_PROVIDER = "EXTERNAL_PROVIDER", "Signs in with a provider"

    pool = models.ForeignKey(UserPool, models.PROTECT, related_name="people", db_index=False)
    status = models.CharField(max_length=30, blank=True)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    attributes: models.JSONField[Any, Any] = models.JSONField(default=dict)  # those on the pool's allow-list
    words = models.TextField(blank=True)  # what is found by a part of it: the username and the attributes
    # The book-keeping: equal hashes mean that there is nothing to do.
    content_hash = models.CharField(max_length=32, editable=False)
    read_at = models.DateTimeField(editable=False)  # when the newest answer that shows them was asked for
    # Numbers of runs, which may be forgotten: who saw them last, and the first complete one that didn't show them.
    seen_in = models.BigIntegerField(null=True, editable=False)
    missed_in = models.BigIntegerField(null=True, editable=False)
    written_at = models.DateTimeField(null=True, editable=False)  # our own last write
    erased_at = models.DateTimeField(null=True, editable=False)  # since then the row says no more than the `sub`

    class Meta(MirroredRow.Meta):
        verbose_name = "person of a user pool"
        verbose_name_plural = "people of user pools"
        indexes = [
            models.Index(fields=["pool", "name_key", "id"], name="cognito_people_name"),
            # Small ones, for what few people of a pool are.
            models.Index(
                fields=["pool", "status", "name_key", "id"],
                condition=~Q(status__in=USUAL),
                name="cognito_people_status",
            ),
            models.Index(fields=["pool", "name_key", "id"], condition=Q(enabled=False), name="cognito_people_disabled"),
            models.Index(
                fields=["pool", "name_key", "id"], condition=Q(gone_at__isnull=False), name="cognito_people_gone"
            ),
            models.Index(
                fields=["gone_at"],
                condition=Q(gone_at__isnull=False, erased_at__isnull=True),
                name="cognito_people_to_erase",
            ),
            models.Index(fields=["pool", "created_at"], name="cognito_people_created"),
            models.Index(fields=["pool", "changed_at"], name="cognito_people_changed"),
        ]

    def __str__(self) -> str:
        return self.aws_id


class CognitoMembership(models.Model):
    """That somebody is in a group of the pool, as far as the group's listing says."""

    group = models.ForeignKey(CognitoGroup, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(CognitoUser, models.CASCADE, related_name="memberships")
    read_at = models.DateTimeField()
    seen_in = models.BigIntegerField(null=True)  # the number of the run that saw it last
    written_at = models.DateTimeField(null=True)  # our own last write
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="cognito_membership_once")]
        ordering = ["group", "user"]

    def __str__(self) -> str:
        return f"{self.user} in {self.group}"


# ---- Settings for the people of a pool: the console's own, and no part of the mirror -------------------------------
# What a pool's screens need without anybody having chosen: who it is, and whether the address was verified.
USUAL_ATTRIBUTES = (
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "name",
    "given_name",
    "family_name",
)


def usual_attributes() -> list[str]:
    return list(USUAL_ATTRIBUTES)


class PoolPeopleSettings(models.Model):
    """Settings of one pool, by AWS account, Region and pool id. No row: the defaults are in force."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="pool_people_settings")
    region = models.CharField(max_length=32)
    pool_id = models.CharField(max_length=55)
    mirrors_people = models.BooleanField(default=True)  # False: settings only
    # Names of attributes that are kept of people ("custom:plan"). `sub` is always kept: it is who they are.
    attributes: models.JSONField[Any, Any] = models.JSONField(default=usual_attributes)
    erase_after_days = models.PositiveIntegerField(default=30)  # of people who are gone; 0: at the next tick
    helpdesk_per_hour = models.PositiveIntegerField(default=30)  # people that one of the helpdesk may change

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["aws_account", "region", "pool_id"], name="cognito_people_settings_of_pool")
        ]

    def __str__(self) -> str:
        return f"Settings for the people of {self.pool_id}"


class SavedSearch(models.Model):
    """One operator's own, of one pool. `query` is what the list's address holds: sent to others, it is theirs, too."""

    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    pool = models.ForeignKey(UserPool, models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000, blank=True)
    used_at = models.DateTimeField(db_default=Now())  # the last time, within a day

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "saved searches"
        constraints = [models.UniqueConstraint(fields=["operator", "pool", "name"], name="cognito_search_once")]

    def __str__(self) -> str:
        return self.name
