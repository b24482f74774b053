"""What a step changes of who gets which role through an identity pool, for the plan to tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from cognito.identity_pools.operations.base import IdentityPoolParams
from cognito.models import IdentityPool
from policies.holdings import AccessFact
from sync.operations import AccessChange

GUEST, SIGNED_IN = "unauthenticated", "authenticated"  # as AWS calls them
WHO = {GUEST: "guests", SIGNED_IN: "people who are signed in"}


@dataclass(frozen=True)
class IdentityPoolRoleFact(AccessFact):
    """Whoever comes through an identity pool gets a role, or no longer."""

    role_arn: str
    pool: str  # its name
    who: str  # "guests"
    now: bool

    @property
    def arn(self) -> str:
        return self.role_arn

    @property
    def words(self) -> str:
        return f"{'Is' if self.now else 'Is no longer'} the role of {self.who} of the identity pool {self.pool}"


def _row(aws_account: AwsAccount, p: IdentityPoolParams) -> IdentityPool | None:
    found: IdentityPool | None = IdentityPool.objects.live().filter(aws_account=aws_account, aws_id=p.pool_id).first()
    return found


def lets_guests_in(aws_account: AwsAccount, p: IdentityPoolParams, lets_in: bool) -> list[AccessChange]:
    """Of a step that turns guest access on or off."""
    row = _row(aws_account, p)
    role = (row.roles or {}).get(GUEST) if row is not None and row.guests is not lets_in else None
    return [IdentityPoolRoleFact(role, p.name, WHO[GUEST], lets_in)] if role else []


def gives_other_roles(
    aws_account: AwsAccount, p: IdentityPoolParams, roles: Mapping[str, Any], mappings: Mapping[str, Any]
) -> list[AccessChange]:
    row = _row(aws_account, p)
    now = {*given(roles, mappings)}
    before = {*given(row.roles or {}, row.role_mappings or {})} if row is not None else set()
    taken = [IdentityPoolRoleFact(arn, p.name, who, False) for arn, who in sorted(before - now)]
    return [*taken, *(IdentityPoolRoleFact(arn, p.name, who, True) for arn, who in sorted(now - before))]


def given(roles: Mapping[str, Any], mappings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The roles that the pool itself names, each with who gets it. What tokens name isn't here."""
    for kind, arn in roles.items():
        yield str(arn), WHO[kind]
    for mapping in mappings.values():
        for rule in mapping.get("RulesConfiguration", {}).get("Rules", ()):
            yield str(rule["RoleARN"]), "people whom a rule matches"
