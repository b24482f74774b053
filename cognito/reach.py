"""What a person of a user pool gets in AWS: which identity pools take her sign-in, and which role each gives her.

How AWS chooses is said in "Using role-based access control" of the Cognito guide: by the rules of a mapping in order,
or by the role of her group with the lowest precedence; where that decides nothing, what the mapping says of that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cognito.models import CognitoGroup, CognitoUser, IdentityPool
from identities.models import IamRole

DENY = "Deny"
GROUPS_CLAIM = "cognito:groups"


@dataclass(frozen=True)
class Chosen:
    """A role, "" for none, and why. `unknown`: it hangs on what isn't kept of her."""

    role_arn: str
    why: str
    unknown: bool = False


@dataclass(frozen=True)
class Way:
    identity_pool: IdentityPool
    client_id: str
    chosen: Chosen
    role: IamRole | None  # as the mirror has it

    @property
    def role_name(self) -> str:
        return self.chosen.role_arn.rpartition("/")[2]


def ways_of(person: CognitoUser, groups: Sequence[CognitoGroup]) -> list[Way]:
    """One for each app client that an identity pool of the AWS account takes sign-ins of."""
    provider = f"/{person.pool.aws_id}"
    found: list[tuple[IdentityPool, str, Chosen]] = []
    for pool in IdentityPool.objects.live().filter(aws_account=person.aws_account_id).order_by("name_key", "pk"):
        for told in pool.settings.get("CognitoIdentityProviders", ()):
            if told.get("ProviderName", "").endswith(provider):
                key = f"{told['ProviderName']}:{told.get('ClientId', '')}"
                found.append((pool, told.get("ClientId", ""), chosen_by(pool, key, person, groups)))
    arns = {chosen.role_arn for _, _, chosen in found if chosen.role_arn}
    roles = {role.arn: role for role in IamRole.objects.live().filter(aws_account=person.aws_account_id, arn__in=arns)}
    return [Way(pool, client, chosen, roles.get(chosen.role_arn)) for pool, client, chosen in found]


def chosen_by(pool: IdentityPool, provider: str, person: CognitoUser, groups: Sequence[CognitoGroup]) -> Chosen:
    if pool.roles is None:
        return Chosen("", "The roles of this identity pool are not held.", unknown=True)
    usual = Chosen(pool.roles.get("authenticated", ""), "Whoever signs in gets it.")
    mapping = (pool.role_mappings or {}).get(provider)
    if mapping is None:
        return usual
    if mapping.get("Type") == "Rules":
        return _by_rules(mapping, usual, person, groups)
    return _by_groups(groups) or _undecided(mapping, usual, "None of her groups decides")


def _by_groups(groups: Sequence[CognitoGroup]) -> Chosen | None:
    """The role of the group with the lowest precedence; None where no group has one, or several have it alike."""
    ranked = [group for group in groups if group.role_arn]
    if len(ranked) == 1:
        return Chosen(ranked[0].role_arn, f"Of her groups, {ranked[0].name} alone has a role.")
    numbered = [group for group in ranked if group.precedence is not None]
    if not numbered:
        return None
    least = min(group.precedence or 0 for group in numbered)
    first = [group for group in numbered if group.precedence == least]
    if len({group.role_arn for group in first}) != 1:
        return None
    return Chosen(first[0].role_arn, f"Of her groups, {first[0].name} has the lowest precedence ({least}).")


def _by_rules(mapping: Mapping[str, Any], usual: Chosen, person: CognitoUser, groups: Sequence[CognitoGroup]) -> Chosen:
    for number, rule in enumerate(mapping.get("RulesConfiguration", {}).get("Rules", ()), 1):
        claim = rule.get("Claim", "")
        says = f"{claim} {_COMPARED.get(rule.get('MatchType', ''), rule.get('MatchType', ''))} {rule.get('Value', '')}"
        met = _is_met(rule, claims_of(person, groups))
        if met is None:
            return Chosen("", f"It hangs on rule {number} ({says}): {claim} isn’t kept of people.", unknown=True)
        if met:
            return Chosen(rule.get("RoleARN", ""), f"Rule {number} matches: {says}.")
    return _undecided(mapping, usual, "No rule matches")


_COMPARED = {"Equals": "is", "Contains": "contains", "StartsWith": "begins with", "NotEqual": "is not"}


def claims_of(person: CognitoUser, groups: Sequence[CognitoGroup]) -> dict[str, str]:
    return {
        **person.attributes,
        "sub": person.aws_id,
        "cognito:username": person.name,
        GROUPS_CLAIM: ",".join(group.name for group in groups),
    }


def _is_met(rule: Mapping[str, str], claims: Mapping[str, str]) -> bool | None:
    """None: that claim isn't known."""
    said, wanted = claims.get(rule.get("Claim", "")), rule.get("Value", "")
    if said is None:
        return None
    match rule.get("MatchType"):
        case "Equals":
            return said == wanted
        case "NotEqual":
            return said != wanted
        case "StartsWith":
            return said.startswith(wanted)
        case "Contains":
            return wanted in said
    return None


def _undecided(mapping: Mapping[str, Any], usual: Chosen, why: str) -> Chosen:
    if mapping.get("AmbiguousRoleResolution", DENY) == DENY:
        return Chosen("", f"{why}, and then the identity pool gives nothing.")
    return Chosen(usual.role_arn, f"{why}, so she gets what whoever signs in gets.")
