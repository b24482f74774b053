"""One row for each operation on identity pools: set up, step, what AWS then shows."""

from __future__ import annotations

from collections.abc import Callable
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
from tests.services.operation_cases import NO_POLICY, ComparedCase
from tests.services.world import World


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


def mirrored_shop(world: World) -> tuple[Shop, IdentityPool]:
    shop = Shop(world.emulator, world.aws_account).with_roles()
    return shop, shop.mirrored()


def identity_pool_case(
    kind: str,
    step: Callable[[Shop, IdentityPool], StepSpec],
    shows: Callable[[Shop], object],
    leaves: object,
    **more: Any,
) -> ComparedCase:
    return ComparedCase(
        kind,
        mirrored_shop,
        lambda world, arranged: step(*arranged),
        lambda world, arranged: shows(arranged[0]),
        leaves,
        POOLS,
        **more,
    )


CASES = (
    identity_pool_case(
        "cognito.identity_pool.create",
        lambda shop, pool: create_pool(shop.aws_account, REGION, "partners", providers=[shop.provider]),
        names,
        ["partners", "shop"],
        page="account/create-identity-pool",
        no_access="Nobody gets credentials by it until it has roles.",
    ),
    identity_pool_case(
        "cognito.identity_pool.update",
        lambda shop, pool: with_settings(pool, AllowUnauthenticatedIdentities=False),
        shown,
        ("shop", False, True, 1, {"team": "shop"}),
        page="identity_pool/settings",
        writes=NO_POLICY,
    ),
    identity_pool_case(
        "cognito.identity_pool.roles.set",
        lambda shop, pool: set_roles(pool, roles={"unauthenticated": shop.iam_role("shop-member").arn}),
        guest_role,
        "shop-member",
        page="identity_pool/roles",
        writes=NO_POLICY,
    ),
    identity_pool_case(
        "cognito.identity_pool.principal_tags.set",
        lambda shop, pool: set_principal_tags(pool, shop.login, {"plan": "custom:plan"}),
        Shop.tags,
        {"plan": "custom:plan"},
        page="identity_pool/principal-tags",
        no_access="Tags of sessions; what policies ask of them is in the policies.",
        writes=NO_POLICY,
    ),
    identity_pool_case(
        "cognito.identity_pool.identities.delete",
        lambda shop, pool: delete_identities(pool, [identity(shop), identity(shop)]),
        identities,
        [],
        stays="Who comes again gets another one.",
        page="identity_pool/delete-identities",
        no_access="Who comes again gets credentials as before, under a new identity.",
    ),
    identity_pool_case(
        "cognito.identity_pool.delete",
        lambda shop, pool: delete_pool(pool),
        names,
        [],
        stays="One made again has another id.",
        page="identity_pool/delete",
    ),
)
