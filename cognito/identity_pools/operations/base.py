"""What operations on an identity pool have in common.

The part is a dict with "object", the pool's id, and what the operation depends on: of a facet's content, as its mirror
understands it, so that `mirrored` and `live` agree.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from accounts.models import AwsAccount
from aws_constraints.arn import Arn, name_of
from cognito.identity_pools.mirrors import IDENTITY
from cognito.models import IdentityPool
from cognito.permissions import identity_pool_arn, resource_of
from policies.holdings import AccessFact
from sync.aws.client import AwsClient
from sync.mirror import Content
from sync.mirror.base import DETAILS, mirror_of
from sync.object_ref import ObjectRef
from sync.operation_mixins import WritesDocument
from sync.operations import AccessChange, BadParams, Call, Guarantee, Operation, Refusal, Risk, Undo, Value
from sync.plan_draft import Draft


@dataclass(frozen=True)
class IdentityPoolParams:
    arn: str
    name: str  # for sentences

    def __post_init__(self) -> None:
        arn = Arn.match(self.arn, "cognito-identity", "identitypool")
        if arn is None or not self.pool_id.startswith(f"{arn.region}:"):
            raise BadParams(f"{self.arn!r} isn't the ARN of an identity pool.")

    @property
    def pool_id(self) -> str:
        """ "eu-west-1:9f1c…"."""
        return name_of(self.arn)

    @property
    def region(self) -> str:
        return self.pool_id.partition(":")[0]

    @property
    def words(self) -> str:
        return f"the identity pool {self.name}"


P = TypeVar("P", bound=IdentityPoolParams)


def key_of(pool_id: str) -> str:
    """As leases and drafts know it."""
    return f"{IdentityPool.kind}:{pool_id}"


def arn_of(row: IdentityPool) -> str:
    return identity_pool_arn(row.aws_account.partition, row.aws_account.account_id, row.aws_id)


def about(row: IdentityPool) -> dict[str, str]:
    """The parameters that say which pool."""
    return {"arn": arn_of(row), "name": row.name}


class IdentityPoolOperation(Operation[P]):
    facet: ClassVar[str] = DETAILS  # the one that says what the operation depends on
    guarantee: ClassVar[Guarantee] = Guarantee.IDEMPOTENT
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    risk: ClassVar[Risk] = Risk.HIGH

    def call(self, p: P, operation: str, *, also: tuple[str, ...] = (), **parameters: Any) -> Call:
        """On the pool, or on nothing in particular where AWS checks no pool."""
        action = f"{IDENTITY}:{operation}"
        sent = {"IdentityPoolId": p.pool_id, **parameters}
        arns = (resource_of(action, p.arn),)
        return Call(IDENTITY, operation, sent, resource_arns=arns, actions=(action, *also), region=p.region)

    def objects(self, p: P) -> list[str]:
        return [key_of(p.pool_id)]

    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        return [ObjectRef(IdentityPool.kind, p.pool_id, p.name, p.arn, p.region, self.facet)]

    def row(self, draft: Draft, p: P) -> IdentityPool:
        """Raises Refusal when there is no such pool."""
        if draft.is_deleted(key_of(p.pool_id)):
            raise Refusal(f"An earlier step deletes {p.words}.")
        pools = IdentityPool.objects.live().filter(aws_account=draft.aws_account, region=p.region)
        row: IdentityPool | None = pools.filter(aws_id=p.pool_id).first()
        if row is None:
            raise Refusal(f"The mirror of {draft.aws_account} has no {p.words[4:]}: pull, then try again.")
        return row

    def mirrored(self, draft: Draft, p: P) -> Value:
        row = self.row(draft, p)
        return {"object": row.aws_id, **self.held(row, p)}

    @abstractmethod
    def held(self, row: IdentityPool, p: P) -> Mapping[str, Any]:
        """The rest of the part as the row has it. Raises Refusal where it wasn't read yet."""

    def live(self, client: AwsClient, p: P) -> Value:
        mirror = mirror_of(IdentityPool.kind, self.facet)
        ref = ObjectRef(IdentityPool.kind, p.pool_id, p.name, p.arn, p.region, self.facet)
        item = mirror.read_one(client.at(p.region), ref)
        return None if item is None else {"object": p.pool_id, **self.parse_part(mirror.see(item).content, p)}

    @abstractmethod
    def parse_part(self, content: Content, p: P) -> Mapping[str, Any]:
        """The rest of the part as AWS has it: of the facet's content."""

    def describe(self, value: Value) -> str:
        return "no such identity pool" if value is None else self.describe_existing(value)

    @abstractmethod
    def describe_existing(self, value: Value) -> str:
        """`told`, where there is such a pool."""

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
