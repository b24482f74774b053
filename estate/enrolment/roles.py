"""The roles of an enrolment: what the console's roles are anywhere (sync/aws/permission.py), under its own names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from estate.models import AccountEnrolment
from infrastructure.code.names import for_cloudformation
from infrastructure.code.remarks import Remark
from sync.aws.permission import (
    IAM,
    PEOPLE,
    Permission,
    RolePart,
    console_role_policy,
    console_role_trust,
    parts_of,
    permissions_of,
)
from sync.aws.purpose import Tier

PATH = "/iam-console/"
SESSION_S = 3600  # the longest that a role chained to gives ("Roles terms and concepts", role chaining)
TITLES: Mapping[Tier, str] = {"read": "IAM Console reads by it.", "write": "IAM Console applies changes by it."}
_PROTECTED = "protected"
_MOST_ATTACHED = 10  # managed policies of a role: "IAM and AWS STS quotas"


@dataclass(frozen=True)
class TrustValues:
    """Whom the roles trust, as texts or as what a template has in their place. `organization_id`: "" for no matter
    where."""

    arn: Any
    external_id: Any
    organization_id: Any


@dataclass(frozen=True)
class EnrolledPolicy:
    """A policy of a role. In the lists of actions, remarks say what those that follow are for.

    `is_inline`: it is in the role itself, since AWS attaches no more managed policies.
    """

    name: str
    label: str  # "read_cognito", for addresses in a template
    description: str
    document: Mapping[str, Any]
    is_inline: bool = False

    @property
    def logical_id(self) -> str:
        return for_cloudformation(self.label)


@dataclass(frozen=True)
class EnrolledRole:
    tier: Tier
    name: str
    trust: Mapping[str, Any]
    policies: Sequence[EnrolledPolicy]

    @property
    def description(self) -> str:
        return TITLES[self.tier]


@dataclass(frozen=True)
class RolesPlan:
    """Which roles AWS accounts get, and what of each isn't left out. `key`: the end of all names, or ""."""

    partition: str
    parts: Collection[str]  # names of RoleParts, beside that for people
    people: bool = False
    writes: bool = False
    key: str = ""

    @property
    def tiers(self) -> tuple[Tier, ...]:
        return ("read", "write") if self.writes else ("read",)

    def name(self, of: str) -> str:
        """ "read-cognito" → "iam-console-read-cognito-4f2a"."""
        return f"iam-console-{of}{f'-{self.key}' if self.key else ''}"

    def arn(self, tier: Tier, account_id: str) -> str:
        """ "" where there is no such role."""
        return f"arn:{self.partition}:iam::{account_id}:role{PATH}{self.name(tier)}" if tier in self.tiers else ""


def plan_of(enrolment: AccountEnrolment) -> RolesPlan:
    return RolesPlan(enrolment.held_by.partition, enrolment.parts, enrolment.people, enrolment.writes, enrolment.key)


def tiers_of(enrolment: AccountEnrolment) -> tuple[Tier, ...]:
    return plan_of(enrolment).tiers


def role_arn(enrolment: AccountEnrolment, tier: Tier, account_id: str) -> str:
    """ "" where the enrolment has no such role."""
    return plan_of(enrolment).arn(tier, account_id)


def parts_in(plan: RolesPlan, tier: Tier) -> list[RolePart]:
    """What of a role isn't left out: IAM always, people by the tier of that name, others as chosen."""
    chosen = [part for part in parts_of(tier) if part.name in plan.parts and part != PEOPLE]
    return [IAM, *([PEOPLE] if plan.people else []), *chosen]


def roles_of(plan: RolesPlan, principal: TrustValues) -> list[EnrolledRole]:
    return [
        EnrolledRole(
            tier,
            plan.name(tier),
            console_role_trust(
                tier,
                principal_arn=principal.arn,
                external_id=principal.external_id,
                organization_id=principal.organization_id,
            ),
            _within_quota(list(_policies(plan, tier))),
        )
        for tier in plan.tiers
    ]


def _within_quota(policies: Sequence[EnrolledPolicy]) -> list[EnrolledPolicy]:
    """The shortest are inline where there are more than AWS attaches: together these may have 10,240 characters."""
    by_length = sorted(policies, key=lambda each: len(str(each.document)))
    inline = {each.name for each in by_length[: max(0, len(policies) - _MOST_ATTACHED)]}
    return [replace(each, is_inline=each.name in inline) for each in policies]


def _policies(plan: RolesPlan, tier: Tier) -> Iterator[EnrolledPolicy]:
    for part in parts_in(plan, tier):
        document = explained(console_role_policy(tier, plan.partition, part), permissions_of(tier, part))
        words = f"What the role to {tier} needs {part.about or 'for IAM'}."
        yield _policy(plan, tier, part.name, words, document)
    if tier == "write":
        words = "The role to write never changes the console’s own roles and policies."
        yield _policy(plan, tier, _PROTECTED, words.replace("’", "'"), _protecting(plan.partition))


def _policy(plan: RolesPlan, tier: Tier, name: str, words: str, document: Mapping[str, Any]) -> EnrolledPolicy:
    return EnrolledPolicy(plan.name(f"{tier}-{name}"), f"{tier}_{name.replace('-', '_')}", words, document)


def _protecting(partition: str) -> dict[str, Any]:
    """Whoever may change these roles could give the console, or anybody, more."""
    own = [f"arn:{partition}:iam::*:{kind}{PATH}*" for kind in ("role", "policy")]
    statement = {"Sid": "NeverItsOwn", "Effect": "Deny", "Action": "iam:*", "Resource": own}
    return {"Version": "2012-10-17", "Statement": [statement]}


def explained(document: Mapping[str, Any], permissions: Sequence[Permission]) -> dict[str, Any]:
    """The document with its actions by what they are for, which a remark says before them."""
    features = {each.action: each.feature for each in permissions}
    return {**document, "Statement": [_explained(each, features) for each in document["Statement"]]}


def _explained(statement: Mapping[str, Any], features: Mapping[str, str]) -> dict[str, Any]:
    by_feature: dict[str, list[Any]] = {}
    for action in statement["Action"]:
        by_feature.setdefault(features[action], []).append(action)
    actions = [each for feature, found in by_feature.items() for each in (Remark(feature), *found)]
    return {**statement, "Action": actions}
