"""Who there is: IAM users, groups and roles, and what ties them to each other and to policies.

Memberships, attachments and inline policies are rows of their own, so that they can be asked from both sides; each
is a projection of its owner's facet and keeps its tombstone. Their `aws_id` is the owner's id, the name and an
incarnation number, since AWS has none: attached, detached and attached again is two rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from aws_constraints.arn import name_of
from identities.models.credentials import CredentialSummary
from identities.trust import NOBODY, TrustedParty, account_of, trusted_of
from policies.models import Document, ManagedPolicy
from sync.models import LookedAfterRow, MirroredRow
from sync.models.fields import listed_by, live_by_name


class Principal(LookedAfterRow):
    """What users, groups and roles have in common."""

    searched: ClassVar[tuple[str, ...]] = ("arn", "aws_id")

    created_at = models.DateTimeField(null=True)
    # What the mirror of its details says, for lists to show and sort.
    attached_count = models.PositiveIntegerField(default=0, editable=False)
    inline_count = models.PositiveIntegerField(default=0, editable=False)
    policy_count = models.PositiveIntegerField(default=0, editable=False)  # of both

    class Meta(LookedAfterRow.Meta):
        abstract = True


class BoundedAndTagged:
    """Users and roles may have a permissions boundary and tags."""

    boundary_arn: Any
    tags: Any

    @property
    def boundary_name(self) -> str:
        return name_of(self.boundary_arn)

    @property
    def other_tags(self) -> list[tuple[str, str]]:
        """All but `Name`, which lists print below the name."""
        return [(key, value) for key, value in self.tags.items() if key != "Name"]


class IamUser(CredentialSummary, BoundedAndTagged, Principal):
    kind = "iam.user"
    facet_columns = CredentialSummary.COLUMNS
    searched = (*Principal.searched, "tags")

    boundary_arn = models.CharField(max_length=2048, blank=True)
    tags: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)  # key → value
    group_count = models.PositiveIntegerField(default=0, editable=False)

    class Meta(Principal.Meta):
        verbose_name = "IAM user"
        indexes = [
            *Principal.Meta.indexes,
            *listed_by(
                "created_at", "policy_count", "group_count", "boundary_arn", "oldest_key_at", "last_activity_at"
            ),
            models.Index(
                fields=["aws_account", "mfa_count", "has_password", "name_key"],
                condition=Q(gone_at__isnull=True),
                name="iamuser_by_mfa",
            ),
        ]


class IamGroup(Principal):
    kind = "iam.group"
    facet_columns = frozenset({"member_count"})

    member_count = models.PositiveIntegerField(default=0, editable=False)  # the mirror of the members keeps it

    class Meta(Principal.Meta):
        verbose_name = "IAM group"
        indexes = [*Principal.Meta.indexes, *listed_by("created_at", "policy_count", "member_count")]


class IamRole(BoundedAndTagged, Principal):
    kind = "iam.role"
    SERVICE_LINKED = "/aws-service-role/"  # the path of those that an AWS service looks after
    searched = (*Principal.searched, "tags", "trusted")
    facet_columns = frozenset({"description", "max_session_s"})

    boundary_arn = models.CharField(max_length=2048, blank=True)
    tags: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    trust = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    trusted: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)  # [{"type", "value"}] of the trust
    last_used_at = models.DateTimeField(null=True)  # volatile
    last_used_region = models.CharField(max_length=32, blank=True)  # volatile
    description = models.CharField(max_length=1000, blank=True)
    max_session_s = models.PositiveIntegerField(null=True)  # null: not read yet

    class Meta(Principal.Meta):
        verbose_name = "IAM role"
        indexes = [
            *Principal.Meta.indexes,
            *listed_by("created_at", "policy_count", "boundary_arn", "last_used_at"),
        ]

    # Words for those whom its trust policy names by unique id, where a page asked (identities.dangling_trusts).
    deleted: Mapping[str, str] = NOBODY

    @property
    def assumers(self) -> list[TrustedParty]:
        """Who its trust policy lets assume it."""
        return trusted_of(self.trusted, account_of(self.arn), self.deleted)

    @property
    def is_service_linked(self) -> bool:
        return self.path.startswith(self.SERVICE_LINKED)

    @property
    def is_reserved(self) -> bool:
        """Roles that AWS keeps for itself: not even administrators can change them."""
        return self.is_service_linked or self.path.startswith("/aws-reserved/")

    @property
    def kept_by_aws(self) -> str:
        whose = "belongs to an AWS service: only that service can change it."
        return f"The role {self.name} {whose}" if self.is_reserved else ""


class Membership(MirroredRow):
    kind = "iam.membership"

    user = models.ForeignKey(IamUser, models.PROTECT, related_name="memberships")
    group = models.ForeignKey(IamGroup, models.PROTECT, related_name="memberships")

    class Meta(MirroredRow.Meta):
        indexes = [live_by_name()]


class Owned(MirroredRow):
    """Something that depends on one user, group or role."""

    user = models.ForeignKey(IamUser, models.PROTECT, null=True, blank=True, related_name="%(class)ss")
    group = models.ForeignKey(IamGroup, models.PROTECT, null=True, blank=True, related_name="%(class)ss")
    role = models.ForeignKey(IamRole, models.PROTECT, null=True, blank=True, related_name="%(class)ss")

    class Meta(MirroredRow.Meta):
        abstract = True
        indexes = []
        constraints = [
            *MirroredRow.Meta.constraints,
            models.CheckConstraint(
                condition=(
                    Q(user__isnull=False, group__isnull=True, role__isnull=True)
                    | Q(user__isnull=True, group__isnull=False, role__isnull=True)
                    | Q(user__isnull=True, group__isnull=True, role__isnull=False)
                ),
                name="%(app_label)s_%(class)s_one_owner",
            ),
        ]

    @property
    def owner(self) -> Principal:
        owner = self.user or self.group or self.role
        assert owner is not None  # noqa: S101  the check constraint says so
        return owner


class Attachment(Owned):
    """A managed policy attached to a user, group or role; `name` is the policy's, `arn` too."""

    kind = "iam.attachment"

    policy = models.ForeignKey(ManagedPolicy, models.PROTECT, null=True, related_name="attachments")

    class Meta(Owned.Meta):
        indexes = [live_by_name()]


class InlinePolicy(Owned):
    """`name` is the inline policy's own; the same name on two owners is two rows."""

    kind = "iam.inline"

    document = models.ForeignKey(Document, models.PROTECT, related_name="+")

    class Meta(Owned.Meta):
        verbose_name_plural = "inline policies"
        indexes = MirroredRow.Meta.indexes  # search finds them by the beginning of their name


class TrustedPrincipal(models.Model):
    """A principal that the trust policy of a role names: made from `IamRole.trusted` whenever that is written."""

    role = models.ForeignKey(IamRole, models.CASCADE, related_name="trusted_principals")
    type = models.CharField(max_length=20)  # AWS, Service, Federated, CanonicalUser
    value = models.CharField(max_length=2048)
    outside_account = models.CharField(max_length=12, blank=True)  # the AWS account named, if it isn't the role's own
    is_unique_id = models.BooleanField(default=False)  # what AWS leaves in place of a user or role that was deleted

    class Meta:
        indexes = [
            models.Index(fields=["value"], name="trusted_value"),
            models.Index(fields=["type", "role"], name="trusted_type"),
            models.Index(
                fields=["outside_account", "role"], condition=~Q(outside_account=""), name="trusted_outside_account"
            ),
            models.Index(fields=["role"], condition=Q(is_unique_id=True), name="trusted_unique_id"),
        ]

    def __str__(self) -> str:
        return self.value
