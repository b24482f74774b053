"""What a step changes of who has what access, one fact each, as `Operation.alters` tells it.

Facts name things by their ARNs and set what is so afterwards, so that telling one twice does no harm. `access` puts
those of a whole plan together for everybody whom they touch; an operation needs to know nothing of that.
"""

from __future__ import annotations

from dataclasses import dataclass

from sync.operations import Alteration


@dataclass(frozen=True)
class Exists(Alteration):
    """A user, group or role is there, or gone with all that it had. A new one has nothing yet."""

    arn: str
    now: bool


@dataclass(frozen=True)
class Attached(Alteration):
    owner_arn: str  # a user, group or role
    policy_arn: str
    now: bool


@dataclass(frozen=True)
class Inline(Alteration):
    """None: there is no such inline policy any more."""

    owner_arn: str
    name: str
    document: str | None


@dataclass(frozen=True)
class InForce(Alteration):
    """What a managed policy says to all who have it. None: the policy is gone."""

    policy_arn: str
    document: str | None


@dataclass(frozen=True)
class Member(Alteration):
    user_arn: str
    group_arn: str
    now: bool


@dataclass(frozen=True)
class Bounded(Alteration):
    """By a permissions boundary; "" for none."""

    owner_arn: str
    policy_arn: str


@dataclass(frozen=True)
class Trusting(Alteration):
    """Whom a role trusts to assume it."""

    role_arn: str
    document: str


@dataclass(frozen=True)
class Tagged(Alteration):
    """Policies may ask for tags of the principal. None: there is no such tag."""

    owner_arn: str
    key: str
    value: str | None
