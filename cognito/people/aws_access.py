"""What a person of a user pool gets in AWS: which identity pools take her sign-in, and which role each gives her.

How AWS chooses is said in "Using role-based access control" of the Cognito guide: by the rules of a mapping in order,
or by the role of her group with the lowest precedence; where that decides nothing, what the mapping says of that. An
app may ask for the role of another of her groups instead (CustomRoleArn of GetCredentialsForIdentity), and in the
classic flow for any that lets her in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from cognito.identity_pools import rules, trusting
from cognito.identity_pools.operations.base import SIGNED_IN
from cognito.identity_pools.operations.pools import USER_POOLS
from cognito.identity_pools.operations.roles import rules_of
from cognito.identity_pools.sign_in_paths import mapping_of, provider_of
from cognito.models import CognitoGroup, CognitoUser, IdentityPool
from cognito.people.guarded import Claims, is_met
from cognito.people.person_record import cached_people_settings_of
from identities.models import IamRole

DENY = "Deny"


@dataclass(frozen=True)
class RoleChoice:
    """A role, "" for none, and why. `unknown`: what isn't kept of them decides. `also`: what the app may ask for."""

    role_arn: str
    why: str
    unknown: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class PersonRole:
    identity_pool: IdentityPool
    client_id: str
    chosen: RoleChoice
    role: IamRole | None  # as the mirror has it
    others: tuple[str, ...]  # names of roles that the app may ask for instead

    @property
    def role_name(self) -> str:
        return _name(self.chosen.role_arn)


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def person_roles_of(person: CognitoUser, groups: Sequence[CognitoGroup]) -> list[PersonRole]:
    """One for each app client that an identity pool of the AWS account takes sign-ins of."""
    provider = f"/{person.pool.aws_id}"
    claims = Claims(
        person, [group.name for group in groups], cache(lambda: cached_people_settings_of(person.pool).attributes)
    )
    found: list[tuple[IdentityPool, str, RoleChoice, tuple[str, ...]]] = []
    for pool in IdentityPool.objects.live().filter(aws_account=person.aws_account_id).order_by("name_key", "pk"):
        free = trusting.roles_for(pool)
        for described in pool.settings.get(USER_POOLS, ()):
            if described.get("ProviderName", "").endswith(provider):
                key = f"{described['ProviderName']}:{described.get('ClientId', '')}"
                chosen = chosen_by(pool, key, claims, groups)
                found.append((pool, described.get("ClientId", ""), chosen, _others(pool, key, chosen, free)))
    arns = {chosen.role_arn for _, _, chosen, _ in found if chosen.role_arn}
    roles = {role.arn: role for role in IamRole.objects.live().filter(aws_account=person.aws_account_id, arn__in=arns)}
    return [
        PersonRole(pool, client, chosen, roles.get(chosen.role_arn), others) for pool, client, chosen, others in found
    ]


def _others(pool: IdentityPool, key: str, chosen: RoleChoice, free: Sequence[IamRole]) -> tuple[str, ...]:
    """`free`: what the classic flow leaves to the app."""
    takes = trusting.besides(free, pool, SIGNED_IN, provider_of(key), given=[chosen.role_arn])
    return tuple(dict.fromkeys((*map(_name, chosen.also), *(role.name for role in takes))))


def chosen_by(pool: IdentityPool, key: str, claims: Claims, groups: Sequence[CognitoGroup]) -> RoleChoice:
    """`key`: the provider as mappings name it."""
    if pool.roles is None:
        return RoleChoice("", "The roles of this identity pool haven’t been read.", unknown=True)
    arn = pool.roles.get(SIGNED_IN, "")
    usual = RoleChoice(
        arn, "Everybody who signs in gets it." if arn else "The identity pool has no role for who is signed in."
    )
    mapping = mapping_of(pool, key)
    if mapping is None:
        return usual
    if mapping.get("Type") == "Rules":
        return _by_rules(mapping, usual, claims)
    chosen = _by_groups(groups) or _undecided(mapping, usual, "None of their groups decides")
    asked = {group.role_arn for group in groups if group.role_arn} - {chosen.role_arn}
    return replace(chosen, also=tuple(sorted(asked)))


def _by_groups(groups: Sequence[CognitoGroup]) -> RoleChoice | None:
    """The role of the group with the lowest precedence; None where no group has one, or several have it alike."""
    ranked = [group for group in groups if group.role_arn]
    if len(ranked) == 1:
        return RoleChoice(ranked[0].role_arn, f"Of their groups, {ranked[0].name} alone has a role.")
    numbered = [group for group in ranked if group.precedence is not None]
    if not numbered:
        return None
    least = min(group.precedence or 0 for group in numbered)
    first = [group for group in numbered if group.precedence == least]
    if len({group.role_arn for group in first}) != 1:
        return None
    return RoleChoice(first[0].role_arn, f"Of their groups, {first[0].name} has the lowest precedence ({least}).")


def _by_rules(mapping: Mapping[str, Any], usual: RoleChoice, claims: Claims) -> RoleChoice:
    for number, rule in enumerate(rules_of(mapping), 1):
        met = is_met(rule, claims)
        if met is None:
            why = f"It depends on rule {number} ({rules.describe(rule)}): {rule['Claim']} isn’t kept of people."
            return RoleChoice("", why, unknown=True)
        if met:
            return RoleChoice(rule["RoleARN"], f"Rule {number} matches: {rules.describe(rule)}.")
    return _undecided(mapping, usual, "No rule matches")


def _undecided(mapping: Mapping[str, Any], usual: RoleChoice, why: str) -> RoleChoice:
    if mapping.get("AmbiguousRoleResolution", DENY) == DENY:
        return RoleChoice("", f"{why}, and then the identity pool gives nothing.")
    return RoleChoice(usual.role_arn, f"{why}, so they get what whoever signs in gets.")
