"""What of a person can give AWS access or an account away: not for helpdesk, and not of low risk, whoever asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.models import AwsAccount
from cognito.models import CognitoGroup, IdentityPool

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


def guarded_attributes(aws_account: AwsAccount, pool_id: str, names: Iterable[str]) -> list[str]:
    """Those of these attributes that matter so, sorted."""
    claims = claims_of(aws_account, pool_id)
    return sorted(name for name in set(names) if name in VERIFIED or name in claims)


def why_guarded_group(aws_account: AwsAccount, pool_arn: str, name: str) -> str:
    """A sentence; "" for a group that gives no access to AWS."""
    group = CognitoGroup.objects.live().filter(aws_account=aws_account, arn=pool_arn, name=name).first()
    if group is not None and group.role_arn:
        return told_of_role(name, group.role_arn)
    if GROUPS_CLAIM in claims_of(aws_account, pool_arn.rpartition("/")[2]):
        return f"Rules of an identity pool look at groups: members of {name} may get a role by one."
    return ""


def told_of_role(group: str, role_arn: str) -> str:
    return (
        f"Members of {group} can take on the role {role_arn.rpartition('/')[2]} where an identity pool goes by groups."
    )
