"""User pools, what belongs to one (app clients, groups, identity providers, resource servers), and identity pools."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import AwsAccount
from sync.models import MirroredRow


class UserPool(MirroredRow):
    """A user pool. Its name is not unique; `aws_id` is the pool's id (`eu-west-1_Ab12Cd34E`), which has its case."""

    kind = "cognito.pool"
    searched = ("name", "arn", "aws_id")
    facet_columns = frozenset(
        {"mfa_config", "risk", "sessions", "logs", "domains", "people_read_at", "people_read_in", "people_held_why"},
    )

    created_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)  # by AWS's word, of whatever setting
    tier = models.CharField(max_length=20, blank=True)  # LITE, ESSENTIALS, PLUS; "" where AWS doesn't say
    mfa = models.CharField(max_length=10, default="OFF")  # OFF, ON, OPTIONAL
    self_signup = models.BooleanField(default=True)  # anybody may sign up; else administrators alone make people
    deletion_protection = models.BooleanField(default=False)
    estimated_users = models.IntegerField(null=True)  # by AWS's estimate
    username_attributes: models.JSONField[Any, Any] = models.JSONField(default=list)  # email, phone_number; []: a name
    alias_attributes: models.JSONField[Any, Any] = models.JSONField(default=list)
    domain = models.CharField(max_length=256, blank=True)  # the prefix of an address of Cognito's
    custom_domain = models.CharField(max_length=256, blank=True)
    tags: models.JSONField[Any, Any] = models.JSONField(default=dict)
    failures: models.JSONField[Any, Any] = models.JSONField(default=dict)  # {"sms", "email"}: why AWS couldn't send
    settings: models.JSONField[Any, Any] = models.JSONField(default=dict)  # canonical, by AWS's names
    # By AWS's names; null: not read yet.
    mfa_config: models.JSONField[Any, Any] = models.JSONField(null=True)
    risk: models.JSONField[Any, Any] = models.JSONField(null=True)
    sessions: models.JSONField[Any, Any] = models.JSONField(null=True)  # whether they are tracked, and how many
    logs: models.JSONField[Any, Any] = models.JSONField(null=True)  # where its logs go, by what they are of
    domains: models.JSONField[Any, Any] = models.JSONField(null=True)  # domain → what AWS says of it
    # When all its people were last read and in which run, by number; why they could not be, "" where they could.
    people_read_at = models.DateTimeField(null=True)
    people_read_in = models.BigIntegerField(null=True)
    people_held_why = models.CharField(max_length=400, blank=True)

    @property
    def described(self) -> dict[str, Any]:
        """Its settings and those of sessions, in one."""
        return {**self.settings, **(self.sessions or {})}


class OfPool(MirroredRow):
    """What belongs to a pool. It has no ARN of its own: `arn` is the pool's, on which AWS checks rights."""

    pool = models.ForeignKey(UserPool, models.PROTECT, related_name="%(class)ss")
    created_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    settings: models.JSONField[Any, Any] = models.JSONField(default=dict)  # canonical, by AWS's names, without secrets

    class Meta(MirroredRow.Meta):
        abstract = True


class AppClient(OfPool):
    """An app that signs people in. Its name is not unique; `aws_id` is the client id."""

    kind = "cognito.client"
    searched = ("name", "aws_id")
    facet_columns = frozenset({"risk", "sessions"})

    has_secret = models.BooleanField(default=False)  # the secret itself is never kept
    # By AWS's names; null: not read yet. Threat protection of its own; {}: it follows the pool.
    risk: models.JSONField[Any, Any] = models.JSONField(null=True)
    sessions: models.JSONField[Any, Any] = models.JSONField(null=True)


class CognitoGroup(OfPool):
    """A group. Names have their case. AWS gives no id: `aws_id` is the pool, the name and the birth."""

    kind = "cognito.group"
    searched = ("name",)
    facet_columns = frozenset({"members_read_at", "members_read_in"})

    role_arn = models.CharField(max_length=2048, blank=True)  # what members may take on through an identity pool
    precedence = models.IntegerField(null=True)  # the lowest one wins; none comes last
    description = models.CharField(max_length=2048, blank=True)
    members_read_at = models.DateTimeField(null=True)  # when all its members were last read, and in which run
    members_read_in = models.BigIntegerField(null=True)


class PoolProvider(OfPool):
    """An outside provider whose people may sign in to the pool."""

    kind = "cognito.idp"
    searched = ("name",)

    provider_type = models.CharField(max_length=30)  # SAML, OIDC, Google, Facebook …
    has_secret = models.BooleanField(default=False)

    class Meta(OfPool.Meta):
        verbose_name = "identity provider"


class ResourceServer(OfPool):
    """An API and the scopes that tokens may carry for it. `name` is its identifier."""

    kind = "cognito.resource_server"
    searched = ("name",)

    title = models.CharField(max_length=256, blank=True)  # what AWS calls its name
    managed_by = models.CharField(max_length=20, blank=True)  # COGNITO: read-only


# ---- Images for classic sign-in pages, as plans send them ----------------------------------------------------------
class Logo(models.Model):
    """Kept once for each content. The step of a change names its digest, so that approvals sign what is sent, and the
    reverse has what was there.
    """

    class Kind(models.TextChoices):
        PNG = "png", "PNG"
        JPEG = "jpeg", "JPEG"

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)  # SHA-256 in hexadecimal
    kind = models.CharField(max_length=4, choices=Kind.choices)
    image = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["aws_account", "digest"], name="cognito_logo_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.digest[:12]}"


class IdentityPool(MirroredRow):
    """An identity pool. AWS tells no dates; `aws_id` is its id (`eu-west-1:…`), the name is not unique."""

    kind = "cognito.identity_pool"
    searched = ("name", "aws_id")
    facet_columns = frozenset({"roles", "role_mappings", "principal_tags"})

    guests = models.BooleanField(default=False)  # people who haven't signed in get credentials, too
    classic_flow = models.BooleanField(default=False)
    tags: models.JSONField[Any, Any] = models.JSONField(default=dict)
    settings: models.JSONField[Any, Any] = models.JSONField(default=dict)  # canonical, by AWS's names
    # By AWS's names; null: not read yet.
    roles: models.JSONField[Any, Any] = models.JSONField(null=True)  # {"authenticated", "unauthenticated"}: ARNs
    role_mappings: models.JSONField[Any, Any] = models.JSONField(null=True)  # by provider; rules in their order
    principal_tags: models.JSONField[Any, Any] = models.JSONField(null=True)  # by provider
