"""Identity pools in the mirror: what DescribeIdentityPool tells, their roles, and their principal tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cognito.identity_pools.settings import IDENTITY_POOL, ROLES
from cognito.models import IdentityPool
from cognito.permissions import IDENTITY, NOBODYS_IDENTITY_POOL, PULL_IDENTITY_POOLS
from cognito.pools.mirrors.sources import SLOWLY, DescribedPools, regional_each
from cognito.setting import history_of, members_of
from cognito.setting_values import canonical
from cognito.settings_mirror import FacetMirror, SettingsMirror
from sync import mirror
from sync.aws.errors import NotFound
from sync.aws.permission import NOBODY, reread
from sync.mirror import Content, Item, ParsedItem, Reader, Source
from sync.object_ref import ObjectRef


class IdentityPoolMirror(SettingsMirror):
    kind = IdentityPool.kind
    permissions = reread(
        "cognito-identity:DescribeIdentityPool", PULL_IDENTITY_POOLS, IdentityPoolId=NOBODYS_IDENTITY_POOL
    )
    model = IdentityPool
    settings = members_of(IDENTITY_POOL)
    parts = history_of(IDENTITY_POOL)
    known = frozenset(settings) | {"IdentityPoolId"}

    def object_id(self, item: Item) -> str:
        return str(item["IdentityPoolId"])

    def name(self, item: Item) -> str:
        return str(item["IdentityPoolName"])

    def content(self, item: Item) -> Content:
        """Off is said or left out."""
        off = {"AllowUnauthenticatedIdentities": False, "AllowClassicFlow": False}
        return off | super().content(item)

    def volatile(self, item: Item) -> dict[str, Any]:
        return {}

    def columns(self, content: Content) -> Mapping[str, Any]:
        return {
            "guests": content["AllowUnauthenticatedIdentities"],
            "classic_flow": content["AllowClassicFlow"],
            "tags": content.get("IdentityPoolTags", {}),
        }

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        """One that was made just now has no id yet: it is the only one of its name."""
        if ref.object_id:
            return described(client, ref.object_id)
        ids = named(client, ref.name)
        return described(client, ids[0]) if len(ids) == 1 else None


def named(client: Reader, name: str) -> list[str]:
    """The ids of the pools of that name in the client's Region, sorted."""
    found = (
        pool["IdentityPoolId"]
        for page in client.pages(IDENTITY, "ListIdentityPools")
        for pool in page.items.get("IdentityPools") or ()
        if pool["IdentityPoolName"] == name
    )
    return sorted(found)


def described(client: Reader, pool_id: str) -> Item | None:
    """What DescribeIdentityPool says; None where there is no such pool. Raises AwsError."""
    try:
        return client.call(IDENTITY, "DescribeIdentityPool", IdentityPoolId=pool_id)
    except NotFound:
        return None


class IdentityPoolRolesMirror(FacetMirror):
    """An empty answer is one, too: nobody gets credentials."""

    kind = IdentityPool.kind
    model = IdentityPool
    source = "roles"
    permissions = reread(
        "cognito-identity:GetIdentityPoolRoles", PULL_IDENTITY_POOLS, IdentityPoolId=NOBODYS_IDENTITY_POOL
    )
    title = "Roles"
    parts = history_of(ROLES)
    id_member = "IdentityPoolId"
    settings = members_of(ROLES)
    known = frozenset(settings) | {"IdentityPoolId"}

    def columns(self, seen: ParsedItem) -> Mapping[str, Any]:
        return {"roles": seen.content.get("Roles", {}), "role_mappings": seen.content.get("RoleMappings", {})}

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        try:
            answer = client.call(IDENTITY, "GetIdentityPoolRoles", IdentityPoolId=ref.object_id)
        except NotFound:
            return None
        return answer | {"IdentityPoolId": ref.object_id}


class PrincipalTagsMirror(FacetMirror):
    """Which attributes of people become tags of their session: one call for each provider of the pool."""

    kind = IdentityPool.kind
    model = IdentityPool
    source = "tags"
    permissions = reread(
        "cognito-identity:GetPrincipalTagAttributeMap",
        PULL_IDENTITY_POOLS,
        IdentityPoolId=NOBODYS_IDENTITY_POOL,
        IdentityProviderName=NOBODY,
    )
    title = "Principal tags"
    id_member = "IdentityPoolId"
    known = frozenset({"IdentityPoolId", "Maps"})

    def content(self, item: Item) -> Content:
        off: Content = {"UseDefaults": False}
        return {
            name: off | canonical(in_words, ("UseDefaults", "PrincipalTags")) for name, in_words in item["Maps"].items()
        }

    def columns(self, seen: ParsedItem) -> Mapping[str, Any]:
        return {"principal_tags": seen.content}

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        pool = described(client, ref.object_id)
        if pool is None:
            return None
        maps: dict[str, Item] = {}
        for provider in providers_of(pool):
            asked = {"IdentityPoolId": ref.object_id, "IdentityProviderName": provider}
            try:
                in_words = client.call(IDENTITY, "GetPrincipalTagAttributeMap", **asked)
            except NotFound:  # none was set
                continue
            maps[provider] = {name: in_words[name] for name in ("UseDefaults", "PrincipalTags") if name in in_words}
        return {"IdentityPoolId": ref.object_id, "Maps": maps}


def providers_of(pool: Item) -> list[str]:
    """As the calls about principal tags name them, sorted."""
    named = {each["ProviderName"] for each in pool.get("CognitoIdentityProviders") or ()}
    named |= {*(pool.get("SupportedLoginProviders") or ())}
    return sorted(named.union(pool.get("OpenIdConnectProviderARNs") or (), pool.get("SamlProviderARNs") or ()))


_IDENTITY_POOL, _ROLES, _PRINCIPAL_TAGS = IdentityPoolMirror(), IdentityPoolRolesMirror(), PrincipalTagsMirror()
IDENTITY_POOLS = "cognito.identity_pools"
SOURCES: tuple[Source, ...] = (
    DescribedPools(
        IDENTITY_POOLS,
        "Identity pools",
        _IDENTITY_POOL,
        IDENTITY,
        "ListIdentityPools",
        "IdentityPools",
        "IdentityPoolId",
    ),
    regional_each("cognito.identity_roles", "Roles of identity pools", _ROLES, IDENTITY_POOLS),
    regional_each(
        "cognito.principal_tags", "Principal tags of identity pools", _PRINCIPAL_TAGS, IDENTITY_POOLS, SLOWLY
    ),
)


def register() -> None:
    mirror.register(_IDENTITY_POOL, _ROLES, _PRINCIPAL_TAGS)
    for source in SOURCES:
        mirror.register_source(source)
