"""What of a person can give AWS access or an account away: not for helpdesk, and not of low risk, whoever asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.models import AwsAccount
from cognito.models import CognitoGroup, IdentityPool
from sync.draft import Draft

VERIFIED = ("email_verified", "phone_number_verified")
GROUPS_CLAIM = "cognito:groups"


def claims_of(aws_account: AwsAccount, pool_id: str) -> frozenset[str]:
    """The claims of people of the pool that rules of identity pools look at, or that become tags of their sessions."""
    found: set[str] = set()
    for pool in IdentityPool.objects.live().filter(aws_account=aws_account):
        for provider, mapping in (pool.role_mappings or {}).items():
            if pool_id in provider:
                rules = (mapping.get("RulesConfiguration") or {}).get("Rules") or ()
                found.update(rule["Claim"] for rule in rules)
        for provider, tags in (pool.principal_tags or {}).items():
            if pool_id in provider:
                found |= _tagged_by(tags)
    return frozenset(found)


def _tagged_by(tags: Mapping[str, Any]) -> set[str]:
    """By default the tags are of `sub` and of the app client, which nobody sets."""
    return set() if tags.get("UseDefaults") else set((tags.get("PrincipalTags") or {}).values())


def guarded_attributes(draft: Draft, pool_id: str, names: Iterable[str]) -> list[str]:
    """Those of these attributes that matter so, sorted."""
    claims = _claims(draft, pool_id)
    return sorted(name for name in set(names) if name in VERIFIED or name in claims)


def why_guarded_group(draft: Draft, pool_arn: str, name: str) -> str:
    """A sentence; "" for a group that gives no access to AWS."""
    if role_arn := _roles(draft, pool_arn).get(name):
        return told_of_role(name, role_arn)
    if GROUPS_CLAIM in _claims(draft, pool_arn.rpartition("/")[2]):
        return f"Rules of an identity pool look at groups: members of {name} may get a role by one."
    return ""


def why_not_for_helpdesk(draft: Draft, pool_arn: str, name: str) -> str:
    """The same of a group, with what helpdesk can do about it."""
    why = why_guarded_group(draft, pool_arn, name)
    return f"{why} That isn’t for helpdesk: ask somebody who may more." if why else ""


def _claims(draft: Draft, pool_id: str) -> frozenset[str]:
    """Asked for once for all steps of a plan; so are the roles."""
    key = (claims_of, pool_id)
    if key not in draft.remembered:
        draft.remembered[key] = claims_of(draft.aws_account, pool_id)
    found: frozenset[str] = draft.remembered[key]
    return found


def _roles(draft: Draft, pool_arn: str) -> Mapping[str, str]:
    """Of the pool's groups that carry one, by their names."""
    key = (told_of_role, pool_arn)
    if key not in draft.remembered:
        groups = CognitoGroup.objects.live().filter(aws_account=draft.aws_account, arn=pool_arn).exclude(role_arn="")
        draft.remembered[key] = dict(groups.values_list("name", "role_arn"))
    found: Mapping[str, str] = draft.remembered[key]
    return found


def told_of_role(group: str, role_arn: str) -> str:
    return (
        f"Members of {group} can take on the role {role_arn.rpartition('/')[2]} where an identity pool goes by groups."
    )
