"""IAM Identity Center: the instance, permission sets, who is assigned to which of them where, people and groups.

Who refers to whom stands in the rows as AWS's ids, not as foreign keys: AWS tells of assignments, groups and people
by different calls, which arrive in any order, and keeps assignments of those whom it has deleted.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from accounts.models import AwsAccount
from policies.models import Document
from sync.models import MirroredRow

_ID = 47  # characters of a UserId or GroupId


class Instance(MirroredRow):
    """An instance that the AWS account holds or sees. `aws_id` is "ssoins-…"."""

    kind = "sso.instance"

    owner_id = models.CharField(max_length=12)  # the AWS account that holds it
    primary_region = models.CharField(max_length=32)
    store_id = models.CharField(max_length=40)
    status = models.CharField(max_length=30, blank=True)
    created_at = models.DateTimeField(null=True)
    # Whether this AWS account may administer it: the one that holds it, or its delegate.
    administers = models.BooleanField(default=False)
    has_permission_sets = models.BooleanField(default=True)  # False: an account instance, for applications alone

    class Meta(MirroredRow.Meta):
        verbose_name = "instance of Identity Center"
        verbose_name_plural = "instances of Identity Center"

    @property
    def store_arn(self) -> str:
        return f"arn:{self.arn.split(':')[1]}:identitystore::{self.owner_id}:identitystore/{self.store_id}"


class PermissionSet(MirroredRow):
    """`aws_id` is "ps-…". Its name can't change."""

    kind = "sso.permission_set"
    searched = ("name", "arn", "aws_id")

    instance_arn = models.CharField(max_length=100)
    description = models.CharField(max_length=700, blank=True)
    session_s = models.PositiveIntegerField(default=3600)
    relay_state = models.CharField(max_length=240, blank=True)
    created_at = models.DateTimeField(null=True)
    inline = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    managed: models.JSONField[Any, Any] = models.JSONField(default=list)  # ARNs of AWS's own policies
    customer: models.JSONField[Any, Any] = models.JSONField(default=list)  # path and name: "/team/reports-read"
    boundary = models.CharField(max_length=2048, blank=True)  # an ARN, or path and name
    tags: models.JSONField[Any, Any] = models.JSONField(default=dict)
    # 12 digits each: where there is a role of it, and where that lacks what was edited since.
    accounts: models.JSONField[Any, Any] = models.JSONField(default=list)
    outdated: models.JSONField[Any, Any] = models.JSONField(default=list)
    account_count = models.PositiveIntegerField(default=0)
    outdated_count = models.PositiveIntegerField(default=0)


class PrincipalType(models.TextChoices):
    USER = "USER", "Person"
    GROUP = "GROUP", "Group"


class AccountAssignment(MirroredRow):
    """A user or group may take on a permission set in an AWS account. `name` is the set's.

    AWS gives no id: `aws_id` is "ps-…/123456789012/GROUP/…".
    """

    kind = "sso.assignment"

    set_id = models.CharField(max_length=20)
    target_id = models.CharField(max_length=12)  # the AWS account
    principal_type = models.CharField(max_length=5, choices=PrincipalType)
    principal_id = models.CharField(max_length=_ID)

    class Meta(MirroredRow.Meta):
        verbose_name = "assignment of a permission set"
        verbose_name_plural = "assignments of permission sets"
        indexes = [
            *MirroredRow.Meta.indexes,
            models.Index(fields=["target_id", "set_id"], name="directory_assignment_where"),
            models.Index(fields=["aws_account", "principal_id"], name="directory_assignment_whose"),
            models.Index(fields=["aws_account", "set_id"], name="directory_assignment_set"),
        ]


class RoleEntitlement(MirroredRow):
    """A user or group may take on an ordinary role, by an application of the account access manager: `arn` is that
    application’s. `name` is the role's.
    """

    kind = "account-access.entitlement"

    role_arn = models.CharField(max_length=2048)
    target_id = models.CharField(max_length=12)  # the role's AWS account
    principal_type = models.CharField(max_length=5, choices=PrincipalType)
    principal_id = models.CharField(max_length=_ID)
    created_at = models.DateTimeField(null=True)

    class Meta(MirroredRow.Meta):
        verbose_name = "entitlement to a role"
        verbose_name_plural = "entitlements to roles"
        indexes = [
            *MirroredRow.Meta.indexes,
            models.Index(fields=["role_arn"], name="directory_entitlement_role"),
            models.Index(fields=["aws_account", "principal_id"], name="directory_entitlement_whose"),
        ]


class DirectoryGroup(MirroredRow):
    """A group of the identity store. `arn` is the store's: AWS asks for that."""

    kind = "identitystore.group"
    searched = ("name", "aws_id")

    description = models.CharField(max_length=1024, blank=True)
    issuer = models.CharField(max_length=100, blank=True)  # of the directory that it comes from; "": made in AWS
    created_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)

    class Meta(MirroredRow.Meta):
        verbose_name = "group of Identity Center"
        verbose_name_plural = "groups of Identity Center"


class DirectoryMembership(MirroredRow):
    """A user is in a group, both by their ids. `name` is the group's, as it was when this was read."""

    kind = "identitystore.membership"

    group_id = models.CharField(max_length=_ID)
    user_id = models.CharField(max_length=_ID)

    class Meta(MirroredRow.Meta):
        verbose_name = "membership in Identity Center"
        verbose_name_plural = "memberships in Identity Center"
        indexes = [
            *MirroredRow.Meta.indexes,
            models.Index(fields=["aws_account", "group_id"], name="directory_membership_group"),
            models.Index(fields=["aws_account", "user_id"], name="directory_membership_user"),
        ]


class DirectoryUser(MirroredRow):
    """One of the people of the identity store. `name` is the user name, which is the session name of their roles, too.

    No revisions and no facets: how somebody was called is nobody's business. The book-keeping of the mirror is in the
    row itself. Logs and audit entries name people by `aws_id`. `arn` is the store's.
    """

    kind = "identitystore.user"
    searched = ("words",)

    class Status(models.TextChoices):
        ENABLED = "ENABLED", "Enabled"
        DISABLED = "DISABLED", "Disabled"

    status = models.CharField(max_length=10, blank=True)
    display_name = models.CharField(max_length=1024, blank=True)
    email = models.CharField(max_length=1024, blank=True)
    issuer = models.CharField(max_length=100, blank=True)  # of the directory that they come from; "": made in AWS
    created_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    words = models.TextField(blank=True)  # what is found by a part of it
    content_hash = models.CharField(max_length=32, editable=False)  # equal hashes mean that there is nothing to do
    read_at = models.DateTimeField(editable=False)  # when the newest answer that shows them was asked for
    seen_in = models.BigIntegerField(null=True, editable=False)  # the number of the run that saw them last
    missed_in = models.BigIntegerField(null=True, editable=False)  # … of the first complete one that didn't
    written_at = models.DateTimeField(null=True, editable=False)  # our own last write
    erased_at = models.DateTimeField(null=True, editable=False)  # since then the row says no more than the id

    class Meta(MirroredRow.Meta):
        verbose_name = "person of Identity Center"
        verbose_name_plural = "people of Identity Center"
        indexes = [
            *MirroredRow.Meta.indexes,
            models.Index(
                fields=["gone_at"],
                condition=Q(gone_at__isnull=False, erased_at__isnull=True),
                name="directory_people_to_erase",
            ),
        ]

    def __str__(self) -> str:
        return self.aws_id


class DirectorySettings(models.Model):
    """What the console keeps of the people of an AWS account's Identity Center. No row: the defaults are in force."""

    aws_account = models.OneToOneField(AwsAccount, models.CASCADE, related_name="directory_settings")
    mirrors_people = models.BooleanField(default=True)  # False: nobody is kept, and pages say "a person"
    keeps_email = models.BooleanField(default=True)
    erase_after_days = models.PositiveIntegerField(default=30)  # of people who are gone; 0: at the next tick

    class Meta:
        verbose_name_plural = "directory settings"

    def __str__(self) -> str:
        return f"Settings for the people of Identity Center of {self.aws_account}"
