"""The pages of one identity pool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from cognito import kinds
from cognito.identity_pools import selectors
from cognito.identity_pools.findings import findings_of
from cognito.identity_pools.guests import guest_access
from cognito.identity_pools.operations.pools import PROVIDERS, USER_POOLS
from cognito.identity_pools.sign_in_paths import SignInPaths, without_client
from cognito.models import IdentityPool
from objects.object_pages import HISTORY, RAW, ObjectPages, Tab


def _paths(request: HttpRequest, row: IdentityPool) -> Mapping[str, Any]:
    paths = SignInPaths(row)
    guest = guest_access(row, paths)
    return {"paths": paths, "guest": guest, "findings": findings_of(row, paths, guest)}


def _providers(request: HttpRequest, row: IdentityPool) -> Mapping[str, Any]:
    checked = {
        f"{each['ProviderName']}:{each.get('ClientId', '')}": each.get("ServerSideTokenCheck", False)
        for each in row.settings.get(USER_POOLS, ())
    }
    signed_in = SignInPaths(row).signed_in
    tags = row.principal_tags or {}
    described = [
        (path, checked.get(path.key), tags.get(without_client(path.key), {}).get("PrincipalTags", {}))
        for path in signed_in
    ]
    return {"providers": described}


def _count(row: IdentityPool) -> int:
    return sum(1 if isinstance(row.settings.get(name), str) else len(row.settings.get(name, ())) for name in PROVIDERS)


IDENTITY_POOL = ObjectPages(
    of=kinds.IDENTITY_POOL,
    template="cognito/identity_pools/pool.html",
    rows=selectors.identity_pools,
    tabs=(
        Tab("", "Who becomes what", "cognito/identity_pools/sign_in_paths.html", _paths, position=10),
        Tab("providers", "Providers", "cognito/identity_pools/providers.html", _providers, count=_count, position=20),
        Tab("settings", "Settings", "cognito/identity_pools/settings.html", position=30),
        HISTORY,
        RAW,
    ),
)
