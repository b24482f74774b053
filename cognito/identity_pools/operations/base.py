"""What operations on an identity pool have in common.

The part is a dict with "object", the pool's id, and what the operation depends on: of a facet's content, as its mirror
understands it, so that `mirrored` and `live` agree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from cognito.models import IdentityPool
from cognito.permissions import CHANGE_IDENTITY_POOLS, identity_pool_arn
from objects.operations.objects import FacetOperation
from policies.holdings import AccessFact
from sync.object_ref import ObjectRef
from sync.operation_mixins import WritesDocument
from sync.operations import AccessChange, Refusal, Value


@dataclass(frozen=True)
class IdentityPoolParams:
    arn: str
    called: str  # for sentences

    @property
    def pool_id(self) -> str:
        """ "eu-west-1:9f1c…"."""
        return name_of(self.arn)

    @property
    def region(self) -> str:
        return self.pool_id.partition(":")[0]

    @property
    def words(self) -> str:
        return f"the identity pool {self.called}"


P = TypeVar("P", bound=IdentityPoolParams)


def arn_of(row: IdentityPool) -> str:
    return identity_pool_arn(row.aws_account.partition, row.aws_account.account_id, row.aws_id)


def about(row: IdentityPool) -> dict[str, str]:
    """The parameters that say which pool."""
    return {"arn": arn_of(row), "called": row.name}


class IdentityPoolOperation(FacetOperation[P]):
    needed_for = CHANGE_IDENTITY_POOLS

    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        return [replace(self.of.ref(p.arn, self.facet), name=p.called)]

    def is_so_already(self, p: P) -> str:
        return f"{p.words[0].upper()}{p.words[1:]} is set so already."


class ReplacingOperation(IdentityPoolOperation[P], WritesDocument[P]):
    """It sets all of the part, whatever was there: pages compare the two as texts."""

    writes_type: ClassVar[str | None] = None

    def document(self, aws_account: AwsAccount, p: P, value: Value) -> str | None:
        return _text(value) if value else None

    def writes(self, aws_account: AwsAccount, p: P) -> str | None:
        return _text(self.after(p, {}))


def _text(value: Mapping[str, Any]) -> str:
    said = {name: described for name, described in value.items() if name != "object"}
    return json.dumps(said, indent=2, sort_keys=True)


def not_read(row: IdentityPool, what: str) -> Refusal:
    return Refusal(f"The {what} of the identity pool {row.name} weren't read yet: refresh its page, then try again.")


# ---- What a step changes of who gets which role through an identity pool, for the plan to tell ---------------------
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
    return [IdentityPoolRoleFact(role, p.called, WHO[GUEST], lets_in)] if role else []


def gives_other_roles(
    aws_account: AwsAccount, p: IdentityPoolParams, roles: Mapping[str, Any], mappings: Mapping[str, Any]
) -> list[AccessChange]:
    row = _row(aws_account, p)
    now = {*given(roles, mappings)}
    before = {*given(row.roles or {}, row.role_mappings or {})} if row is not None else set()
    taken = [IdentityPoolRoleFact(arn, p.called, who, False) for arn, who in sorted(before - now)]
    return [*taken, *(IdentityPoolRoleFact(arn, p.called, who, True) for arn, who in sorted(now - before))]


def given(roles: Mapping[str, Any], mappings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The roles that the pool itself names, each with who gets it. What tokens name isn't here."""
    for kind, arn in roles.items():
        yield str(arn), WHO[kind]
    for mapping in mappings.values():
        for rule in mapping.get("RulesConfiguration", {}).get("Rules", ()):
            yield str(rule["RoleARN"]), "people whom a rule matches"
