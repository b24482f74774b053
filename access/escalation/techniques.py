"""What a technique is: the permissions that it takes, whom it is turned on, and what is gained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class On(Enum):
    """The resource of a needed permission."""

    ITSELF = "the principal"
    OWN_GROUP = "a group that the user is in"
    OWN_POLICY = "a customer managed policy that the principal has, itself or by a group"
    OWN_BOUNDARY = "the customer managed policy that is the principal's boundary"
    TARGET = "the target"
    PROVIDER = "an identity provider that the target trusts"
    ANY = "anything of the shape that `resource` has"


class Target(Enum):
    """Whom it is turned on."""

    ITSELF = "the principal"
    GROUP = "a group"
    USER = "a user"
    ROLE = "a role"
    ROLE_OF_SERVICE = "a role that trusts the service"
    ROLE_OF_PROVIDER = "a role that trusts an identity provider of the AWS account"


class Gains(Enum):
    """What the principal then is."""

    ANY_POLICY = "the principal with any policy, within its boundary"
    OLD_POLICY = "the principal with another version of one of its policies"
    NO_BOUNDARY = "the principal without its boundary"
    GROUP = "the principal with the policies of the target, too"
    TARGET = "the target"
    TARGET_WITH_ANY_POLICY = "the target with any policy, within its boundary"


class Provider(Enum):
    """By what makes the ARN of one."""

    SAML = ":saml-provider/"
    OIDC = ":oidc-provider/"


@dataclass(frozen=True)
class Need:
    """One of `actions` on a resource. `resource` is a pattern for `On.ANY`: {p} is the partition, {a} the account."""

    actions: tuple[str, ...]
    on: On = On.ANY
    resource: str = "*"
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # keys in lower case; {p} as above


@dataclass(frozen=True)
class Technique:
    """`users_only`, `roles_only`: whose own it is. `supposes`: what has to be there, and isn't in the mirror."""

    name: str
    does: str
    needs: tuple[Need, ...]
    target: Target
    gains: Gains
    source: str  # the page of AWS's documentation that says what the permission allows
    service: str = ""  # that the target role trusts
    users_only: bool = False
    roles_only: bool = False
    supposes: str = ""
    by_instance_profile: bool = False
    provider: Provider | None = None  # what the target role trusts
    any_client: bool = False  # only of roles that take a provider's tokens whoever they were issued to


def need(*actions: str, on: On = On.ANY, resource: str = "*", **context: str) -> Need:
    """Context keys are written with underscores: iam_policyarn."""
    return Need(actions, on, resource, {key.replace("_", ":", 1): (value,) for key, value in context.items()})
