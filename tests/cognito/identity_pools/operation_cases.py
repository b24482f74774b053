"""One row for each operation on identity pools: set up, step, what AWS then shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cognito.identity_pools.operations import (
    create_pool,
    delete_identities,
    delete_pool,
    set_principal_tags,
    set_roles,
    with_settings,
)
from cognito.models import IdentityPool
from emulator.process import REGION
from sync.operations import StepSpec
from tests.cognito.identity_pools.shop import POOLS, Shop


@dataclass(frozen=True)
class Case:
    """`shows` is asked of AWS before the step, after it (`leaves`), and after its reverse.

    A pull of the `sources` right after the step finds nothing that somebody else did. `stays`: why there is no reverse.
    """

    kind: str
    step: Callable[[Shop, IdentityPool], StepSpec]
    shows: Callable[[Shop], object]
    leaves: object
    sources: tuple[str, ...] = POOLS
    stays: str = ""


def names(shop: Shop) -> list[str]:
    listed = shop.identity.list_identity_pools(MaxResults=60)["IdentityPools"]
    return sorted(pool["IdentityPoolName"] for pool in listed)


def shown(shop: Shop) -> Any:
    settings = shop.settings()
    providers = [(each["ProviderName"], each["ClientId"]) for each in settings["CognitoIdentityProviders"]]
    described = tuple(
        settings[name] for name in ("IdentityPoolName", "AllowUnauthenticatedIdentities", "AllowClassicFlow")
    )
    return *described, len(providers), settings["IdentityPoolTags"]


def guest_role(shop: Shop) -> str:
    return str(shop.roles()["Roles"].get("unauthenticated", "")).rpartition("/")[2]


def identity(shop: Shop) -> str:
    """A guest, from now on."""
    return str(shop.identity.get_id(IdentityPoolId=shop.pool_id)["IdentityId"])


def identities(shop: Shop) -> list[str]:
    listed = shop.identity.list_identities(IdentityPoolId=shop.pool_id, MaxResults=60)["Identities"]
    return [each["IdentityId"] for each in listed]


CASES = (
    Case(
        "cognito.identity_pool.create",
        lambda shop, pool: create_pool(shop.aws_account, REGION, "partners", providers=[shop.provider]),
        names,
        ["partners", "shop"],
    ),
    Case(
        "cognito.identity_pool.update",
        lambda shop, pool: with_settings(pool, AllowUnauthenticatedIdentities=False),
        shown,
        ("shop", False, True, 1, {"team": "shop"}),
    ),
    Case(
        "cognito.identity_pool.roles.set",
        lambda shop, pool: set_roles(pool, roles={"unauthenticated": shop.iam_role("shop-member").arn}),
        guest_role,
        "shop-member",
    ),
    Case(
        "cognito.identity_pool.principal_tags.set",
        lambda shop, pool: set_principal_tags(pool, shop.login, {"plan": "custom:plan"}),
        Shop.tags,
        {"plan": "custom:plan"},
    ),
    Case(
        "cognito.identity_pool.identities.delete",
        lambda shop, pool: delete_identities(pool, [identity(shop), identity(shop)]),
        identities,
        [],
        stays="Who comes again gets another one.",
    ),
    Case(
        "cognito.identity_pool.delete",
        lambda shop, pool: delete_pool(pool),
        names,
        [],
        stays="One made again has another id.",
    ),
)
