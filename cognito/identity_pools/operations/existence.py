"""Making and deleting identity pools. Names aren't unique in AWS; here a second one of a name is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from cognito.identity_pools.mirrors import IDENTITY, named
from cognito.identity_pools.operations.base import IdentityPoolOperation, IdentityPoolParams, about, key_of
from cognito.identity_pools.operations.facts import IdentityPoolRoleFact, given
from cognito.identity_pools.settings import refuse_name
from cognito.models import IdentityPool
from cognito.permissions import CHANGE_IDENTITY_POOLS, IDENTITY_POOLS, identity_pool_arn
from sync.aws.client import AwsClient
from sync.aws.permission import SETTINGS, write
from sync.mirror import Content
from sync.object_ref import ObjectRef
from sync.operations import (
    AccessChange,
    BadParams,
    Call,
    DeletesObject,
    Guarantee,
    MakesObject,
    PreviousAttempt,
    Refusal,
    Risk,
    StepResult,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d", re.ASCII)


def check_name(name: str) -> None:
    """Raises BadParams."""
    if why := refuse_name(name):
        raise BadParams(why, field="name")


@dataclass(frozen=True)
class CreateIdentityPoolParams:
    region: str
    name: str
    account: str  # its partition and id: "aws:123456789012"
    guests: bool = False
    providers: tuple[str, ...] = ()  # of user pools: "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34E:CLIENT"

    def __post_init__(self) -> None:
        check_name(self.name)
        if not _REGION.fullmatch(self.region):
            raise BadParams(f"{self.region!r} isn't a Region.", field="region")

    @property
    def words(self) -> str:
        return f"the identity pool {self.name}"


class CreateIdentityPool(MakesObject[CreateIdentityPoolParams]):
    """The part is {"ids": […]}: the pools of that name in the Region."""

    kind = "cognito.identity_pool.create"
    aws_operation = "CreateIdentityPool"
    permissions = (write("cognito-identity:CreateIdentityPool", CHANGE_IDENTITY_POOLS, SETTINGS),)
    guarantee = Guarantee.DETECTABLE
    undo = Undo.REVERSIBLE
    risk = Risk.HIGH
    params_type = CreateIdentityPoolParams

    def title(self, p: CreateIdentityPoolParams) -> str:
        return f"Make {p.words} in {p.region}"

    def note(self, p: CreateIdentityPoolParams) -> str:
        return "Nobody gets credentials by it until it has roles. Its reverse deletes it."

    def calls(self, p: CreateIdentityPoolParams) -> list[Call]:
        sent: dict[str, Any] = {
            "IdentityPoolName": p.name,
            "AllowUnauthenticatedIdentities": p.guests,
            "AllowClassicFlow": False,
        }
        if p.providers:
            sent["CognitoIdentityProviders"] = [
                {"ProviderName": provider.rpartition(":")[0], "ClientId": provider.rpartition(":")[2]}
                for provider in p.providers
            ]
        actions = (f"{IDENTITY}:CreateIdentityPool",)
        return [Call(IDENTITY, self.aws_operation, sent, ("*",), actions, region=p.region)]

    def _key(self, p: CreateIdentityPoolParams) -> str:
        return f"{IdentityPool.kind}:{p.region} {p.name}"

    def objects(self, p: CreateIdentityPoolParams) -> list[str]:
        return [self._key(p)]

    def makes(self, p: CreateIdentityPoolParams) -> str:
        return self._key(p)

    def part(self, p: CreateIdentityPoolParams) -> str:
        return f"identity_pools.named:{p.region} {p.name}"

    def affected_objects(self, aws_account: AwsAccount, p: CreateIdentityPoolParams) -> list[ObjectRef]:
        return [ObjectRef(IdentityPool.kind, "", p.name, f"{self._key(p)}", p.region)]

    def describe(self, value: Value) -> str:
        return f"{len(value['ids'])} identity pools of that name" if value["ids"] else "no identity pool of that name"

    def mirrored(self, draft: Draft, p: CreateIdentityPoolParams) -> Value:
        pools = IdentityPool.objects.live().filter(aws_account=draft.aws_account, region=p.region, name=p.name)
        if pools.exists():
            raise Refusal(
                f"There is an identity pool {p.name} in {p.region} already: two of one name would be confused."
            )
        return {"ids": []}

    def after(self, p: CreateIdentityPoolParams, value: Value) -> Value:
        return {"ids": [*value["ids"], ""]}

    def live(self, client: AwsClient, p: CreateIdentityPoolParams) -> Value:
        return {"ids": named(client.at(p.region), p.name)}

    def done(
        self, client: AwsClient, p: CreateIdentityPoolParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """One of that name that wasn't there before our first try: AWS tells no dates."""
        new = [pool_id for pool_id in live["ids"] if pool_id not in tried[0].found["ids"]]
        return StepResult({"id": new[0]}) if len(new) == 1 else None

    def reverse(
        self, p: CreateIdentityPoolParams, before: Mapping[str, Any], result: Mapping[str, Any]
    ) -> list[StepSpec]:
        if "id" not in result:
            return []
        partition, _, account_id = p.account.partition(":")
        arn = identity_pool_arn(partition, account_id, result["id"])
        return [StepSpec(DeleteIdentityPool.kind, {"arn": arn, "name": p.name})]


class DeleteIdentityPool(IdentityPoolOperation[IdentityPoolParams], DeletesObject[IdentityPoolParams]):
    kind = "cognito.identity_pool.delete"
    aws_operation = "DeleteIdentityPool"
    permissions = (write("cognito-identity:DeleteIdentityPool", CHANGE_IDENTITY_POOLS, IDENTITY_POOLS),)
    undo = Undo.NEVER
    risk = Risk.DESTRUCTIVE
    params_type = IdentityPoolParams

    def title(self, p: IdentityPoolParams) -> str:
        return f"Delete {p.words}"

    def note(self, p: IdentityPoolParams) -> str:
        return "Nobody gets credentials by it any more, and all identities in it are lost. Its roles stay."

    def calls(self, p: IdentityPoolParams) -> list[Call]:
        return [self.call(p, self.aws_operation)]

    def deletes(self, p: IdentityPoolParams) -> str:
        return key_of(p.pool_id)

    def part(self, p: IdentityPoolParams) -> str:
        return f"identity_pool.whole:{p.pool_id}"

    def describe_existing(self, value: Value) -> str:
        return "it as it was, or as somebody changed it"

    def held(self, row: IdentityPool, p: IdentityPoolParams) -> Mapping[str, Any]:
        return {"settings": row.settings}

    def parse_part(self, content: Content, p: IdentityPoolParams) -> Mapping[str, Any]:
        return {"settings": content}

    def after(self, p: IdentityPoolParams, value: Value) -> Value:
        return None

    def access_changes(self, aws_account: AwsAccount, p: IdentityPoolParams) -> Sequence[AccessChange]:
        row = IdentityPool.objects.live().filter(aws_account=aws_account, aws_id=p.pool_id).first()
        had: Iterable[tuple[str, str]] = given(row.roles or {}, row.role_mappings or {}) if row else ()
        return [IdentityPoolRoleFact(arn, p.name, who, False) for arn, who in sorted({*had})]

    def done(
        self, client: AwsClient, p: IdentityPoolParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        return StepResult() if live is None else None

    def reverse(self, p: IdentityPoolParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return []


def create_pool(
    aws_account: AwsAccount, region: str, name: str, *, guests: bool = False, providers: Sequence[str] = ()
) -> StepSpec:
    """`providers`: of user pools, each with the client after a colon."""
    account = f"{aws_account.partition}:{aws_account.account_id}"
    said = {"region": region, "name": name, "account": account, "guests": guests, "providers": list(providers)}
    return StepSpec(CreateIdentityPool.kind, said)


def delete_pool(row: IdentityPool) -> StepSpec:
    return StepSpec(DeleteIdentityPool.kind, about(row))
