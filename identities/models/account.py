"""What belongs to an AWS account beside its principals: IAM settings, providers, instance profiles, certificates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import AwsAccount
from policies.models import Document
from sync.models import LookedAfterRow, MirroredRow

ENDS_SOON = timedelta(days=30)
# Characters of a SAML metadata document. Most have some thousands; AWS takes ten million.
LONGEST_KEPT_METADATA = 262_144


class IamAccount(MirroredRow):
    """The IAM settings of an AWS account: one row. It has no details; each of its facets brings a column."""

    kind = "iam.account"
    facet_columns = frozenset({"alias", "password_policy", "summary", "root_mfa_apps", "unassigned_mfa", "root_access"})
    called_by = "aws_account__name"

    alias = models.CharField(max_length=63, blank=True)
    # As AWS gives it; {}: AWS's default is in force; null: not read yet.
    password_policy: models.JSONField[Any, Any] = models.JSONField(null=True)
    summary: models.JSONField[Any, Any] = models.JSONField(default=dict)  # counters, quotas and flags by AWS's names
    # Serial numbers of virtual MFA devices: those of the root user, and those that nobody uses. Null: not read yet.
    root_mfa_apps: models.JSONField[Any, Any] = models.JSONField(null=True)
    unassigned_mfa: models.JSONField[Any, Any] = models.JSONField(null=True)
    # {"features", "barrier"} of centralised root access (identities/account/settings.py). Null: not read yet.
    root_access: models.JSONField[Any, Any] = models.JSONField(null=True)

    class Meta(MirroredRow.Meta):
        verbose_name = "IAM settings"
        verbose_name_plural = "IAM settings"
        indexes = []


class InstanceProfile(LookedAfterRow):
    """What an EC2 instance is given, so that it may take on the role that is in it."""

    kind = "iam.instance_profile"
    searched = ("name", "arn", "aws_id")
    facet_columns = frozenset({"tags"})

    created_at = models.DateTimeField(null=True)
    role = models.ForeignKey("identities.IamRole", models.PROTECT, null=True, related_name="instance_profiles")
    tags: models.JSONField[Any, Any] = models.JSONField(null=True)  # key → value; null: not read yet


class ExpiringObject:
    """Something that stops to work at a time that is known beforehand."""

    @property
    def ends_at(self) -> datetime | None:
        raise NotImplementedError

    @property
    def has_ended(self) -> bool:
        return self.ends_at is not None and self.ends_at <= timezone.now()

    @property
    def ends_soon(self) -> bool:
        return self.ends_at is not None and not self.has_ended and self.ends_at <= timezone.now() + ENDS_SOON


class OidcProvider(MirroredRow):
    """An outside provider of identities by OpenID Connect. AWS gives it no id: `aws_id` is its URL and its birth."""

    kind = "iam.oidc_provider"
    searched = ("name", "arn")

    created_at = models.DateTimeField(null=True)
    client_ids: models.JSONField[Any, Any] = models.JSONField(default=list)  # the audiences that it takes, sorted
    thumbprints: models.JSONField[Any, Any] = models.JSONField(default=list)  # of its certificate authorities, sorted
    tags: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta(MirroredRow.Meta):
        verbose_name = "OIDC provider"


class SamlProvider(ExpiringObject, MirroredRow):
    """An outside provider of identities by SAML."""

    kind = "iam.saml_provider"
    searched = ("name", "arn")

    created_at = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)  # the document as a whole
    metadata_hash = models.CharField(max_length=64)  # SHA-256
    metadata = models.TextField(blank=True)  # the document, for the reverse of changes; "" where it is too long
    entity_id = models.CharField(max_length=1024, blank=True)
    # [{"subject", "expires_at", "sha256"}]: what sign-ins are signed with
    certificates: models.JSONField[Any, Any] = models.JSONField(default=list)
    certificate_expires_at = models.DateTimeField(null=True)  # the last one's
    tags: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta(MirroredRow.Meta):
        verbose_name = "SAML provider"

    @property
    def dated_certificates(self) -> list[tuple[dict[str, str], datetime]]:
        return [(held, datetime.fromisoformat(held["expires_at"])) for held in self.certificates]

    @property
    def ends_at(self) -> datetime | None:
        """When nobody can sign in through it any more."""
        return min((end for end in (self.valid_until, self.certificate_expires_at) if end), default=None)


class ServerCertificate(ExpiringObject, LookedAfterRow):
    """A TLS certificate that IAM keeps for load balancers: legacy, AWS Certificate Manager does better."""

    kind = "iam.server_certificate"
    searched = ("name", "arn", "aws_id")
    facet_columns = frozenset({"domains", "issuer", "tags"})

    created_at = models.DateTimeField(null=True)  # uploaded
    expires_at = models.DateTimeField(null=True)
    domains: models.JSONField[Any, Any] = models.JSONField(null=True)  # null: not read yet
    issuer = models.CharField(max_length=300, blank=True)
    tags: models.JSONField[Any, Any] = models.JSONField(null=True)

    @property
    def ends_at(self) -> datetime | None:
        return self.expires_at


class DelegationRequest(MirroredRow):
    """What a product provider (an AWS Partner) asks for: temporary access to the AWS account, until somebody answers.

    Its name is the provider's, who may ask several times; `aws_id` is the request's own.
    """

    class State(models.TextChoices):
        """Which leads to which: "Understanding the Request Lifecycle" in the IAM User Guide."""

        UNASSIGNED = "UNASSIGNED", "Nobody’s yet"
        ASSIGNED = "ASSIGNED", "Waits for an answer"
        PENDING_APPROVAL = "PENDING_APPROVAL", "Waits for an administrator"
        ACCEPTED = "ACCEPTED", "Accepted, not in use yet"
        FINALIZED = "FINALIZED", "Access given"
        REJECTED = "REJECTED", "Rejected"
        EXPIRED = "EXPIRED", "Expired"

    kind = "iam.delegation_request"
    searched = ("name", "arn", "aws_id")

    created_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)  # the request, in the state that it is in
    state = models.CharField(max_length=20, choices=State)
    requestor = models.CharField(max_length=12)  # the provider's AWS account
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")  # what it asks for
    settings: models.JSONField[Any, Any] = models.JSONField(default=dict)  # canonical: the content of its facet


@dataclass(frozen=True)
class TrackedAction:
    """`name`: with its service, "s3:CreateBucket". `at`: None where no attempt was tracked."""

    name: str
    at: datetime | None
    region: str


class ServiceLastAccessed(models.Model):
    """When a user, the members of a group, or a role last tried to use a service that its policies allow something of.

    The object is named as facets name it. Kept for the newest report only.
    """

    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=400)
    service = models.CharField(max_length=64)  # the prefix of its actions: "s3"
    service_name = models.CharField(max_length=200)
    at = models.DateTimeField(null=True)  # null: no attempt tracked
    region = models.CharField(max_length=32, blank=True)
    # Of the actions that AWS tracks one by one: [name without prefix, when (ISO 8601) or null, Region]. Empty where AWS
    # tells of none, be it that it tracks none, that none was tried, or that the report is of services only.
    tracked_actions: models.JSONField[Any, Any] = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["aws_account", "kind", "object_id", "service"], name="identities_service_of_object"
            )
        ]

    def __str__(self) -> str:
        return f"{self.service} by {self.kind} {self.object_id}"

    @property
    def tried(self) -> list[TrackedAction]:
        """The last first."""
        tried = [each for each in self._actions() if each.at]
        return sorted(tried, key=lambda each: (each.at is not None, each.at), reverse=True)

    @property
    def untried(self) -> list[TrackedAction]:
        return [each for each in self._actions() if each.at is None]

    def _actions(self) -> Iterator[TrackedAction]:
        for name, at, region in self.tracked_actions:
            yield TrackedAction(f"{self.service}:{name}", datetime.fromisoformat(at) if at else None, region)
