"""What a change lets people get in AWS by claims that they choose themselves, and couldn't before it.

The steps are laid over what the mirror has, one after the other: whichever step it is that opens a way (a rule, a
principal tag, an app client's list, sign-up for anybody), it is said at that step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from accounts.models import AwsAccount
from cognito.identity_pools.operations.pools import UPDATE
from cognito.identity_pools.operations.roles import SET_PRINCIPAL_TAGS, SET_ROLES, TagsParams
from cognito.modifiable_claims.exposures import (
    App,
    CredentialsGiver,
    Exposure,
    Pool,
    exposures,
    givers,
    pools_of,
    taken_by,
)
from cognito.permissions import pool_id_of
from cognito.pools.operations.clients import CreateClient
from cognito.pools.operations.pools import ADD_ATTRIBUTE
from cognito.pools.operations.shapes import CLIENT, POOL, PROVIDER, Shape
from sync.checks import PlanCheck, PlanFinding
from sync.operations import PlannedStep


class ModifiableClaimsCheck(PlanCheck):
    name = "cognito.modifiable_claims"

    def look(self, aws_account: AwsAccount, steps: Sequence[PlannedStep]) -> list[PlanFinding]:
        if not any(step.kind in _OF_POOLS or step.kind in _OF_GIVERS for step in steps):
            return []
        laid, found = _PlannedPools(), []
        known = laid.exposures()
        for step in steps:
            laid.lay(step)
            now = laid.exposures()
            found += [
                PlanFinding(
                    "MODIFIABLE_CLAIM", "security_warning", each.sentence(aws_account), step.position, about=each.key
                )
                for each in now
                if not any(earlier.covers(each) for earlier in known)
            ]
            known = now
        return found


class _PlannedPools:
    """Identity pools and user pools, as the steps so far leave them."""

    def __init__(self) -> None:
        self._givers = {each.id: each for each in givers()}
        self._pools: dict[str, Pool] = {}

    def lay(self, step: PlannedStep) -> None:
        if of_giver := _OF_GIVERS.get(step.kind):
            if giver := self._givers.get(step.params.pool_id):
                self._givers[giver.id] = of_giver(giver, step.params)
        elif of_pool := _OF_POOLS.get(step.kind):
            pool_id = pool_id_of(step.params.pool_arn)
            self._load({pool_id})
            if pool := self._pools.get(pool_id):
                self._pools[pool_id] = of_pool(pool, step)

    def exposures(self) -> list[Exposure]:
        self._load(taken_by(self._givers.values()))
        return exposures(self._givers.values(), self._pools)

    def _load(self, ids: set[str]) -> None:
        if missing := ids - self._pools.keys():
            self._pools |= pools_of(missing)


# ---- What a step makes of an identity pool ---------------------------------------------------------------------------
_OF_GIVERS: dict[str, Callable[[CredentialsGiver, Any], CredentialsGiver]] = {
    SET_ROLES: lambda giver, p: replace(giver, mappings=p.by_provider),
    SET_PRINCIPAL_TAGS: lambda giver, p: replace(giver, tags={**(giver.tags or {}), p.provider: _tags(p)}),
    UPDATE: lambda giver, p: replace(giver, settings=p.wanted),
}


def _tags(p: TagsParams) -> Mapping[str, Any]:
    return {"UseDefaults": p.use_defaults, "PrincipalTags": p.by_tag}


# ---- … and of a user pool --------------------------------------------------------------------------------------------
def _set(pool: Pool, step: PlannedStep) -> Pool:
    return replace(pool, settings=_replaced(POOL, pool.settings, step.params.settings))


def _attribute(pool: Pool, step: PlannedStep) -> Pool:
    p = step.params
    made = {"Name": f"custom:{p.attribute}", "AttributeDataType": p.type, "Mutable": p.mutable}
    schema = [*pool.settings.get("SchemaAttributes", []), made]
    return replace(pool, settings={**pool.settings, "SchemaAttributes": schema})


def _client_made(pool: Pool, step: PlannedStep) -> Pool:
    p = step.params
    return replace(pool, apps=(*pool.apps, App(f"made by step {step.position}", p.name, p.secret, p.settings)))


def _client_set(pool: Pool, step: PlannedStep) -> Pool:
    p = step.params
    return replace(
        pool,
        apps=tuple(
            replace(app, settings=_replaced(CLIENT, app.settings, p.settings)) if app.id == p.name else app
            for app in pool.apps
        ),
    )


def _client_gone(pool: Pool, step: PlannedStep) -> Pool:
    return replace(pool, apps=tuple(app for app in pool.apps if app.id != step.params.name))


def _provider_made(pool: Pool, step: PlannedStep) -> Pool:
    return replace(pool, providers=(*pool.providers, (step.params.name, step.params.provider_type)))


def _replaced(of: Shape, held: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """AWS resets what a call leaves out, and keeps what it doesn't take."""
    return {name: value for name, value in held.items() if name not in of.sent} | dict(sent)


_OF_POOLS: dict[str, Callable[[Pool, PlannedStep], Pool]] = {
    POOL.kind: _set,
    ADD_ATTRIBUTE: _attribute,
    CreateClient.kind: _client_made,
    CLIENT.kind: _client_set,
    CLIENT.kind.replace(".update", ".delete"): _client_gone,
    PROVIDER.kind.replace(".update", ".create"): _provider_made,
}
