"""The identity pools of one AWS account and Region, and the identities in them."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import Any

from moto.utilities.utils import get_partition

from emulator import clock
from emulator.cognito_idp.errors import not_found
from emulator.held import Held
from emulator.ids import uuid

_SETTINGS = (
    "IdentityPoolName",
    "AllowUnauthenticatedIdentities",
    "AllowClassicFlow",
    "SupportedLoginProviders",
    "DeveloperProviderName",
    "OpenIdConnectProviderARNs",
    "CognitoIdentityProviders",
    "SamlProviderARNs",
    "IdentityPoolTags",
)


class Identity:
    """Somebody whom a pool has seen: a guest, or whoever signs in with these accounts."""

    def __init__(self, identity_id: str) -> None:
        self.id = identity_id
        self.logins: dict[str, str] = {}  # who she is at a provider, by its name
        self.created = self.changed = clock.utcnow()

    def described(self) -> dict[str, Any]:
        dates: dict[str, datetime] = {"CreationDate": self.created, "LastModifiedDate": self.changed}
        return {"IdentityId": self.id, "Logins": sorted(self.logins), **dates}


class IdentityPool:
    def __init__(self, account_id: str, region: str, pool_id: str, asked: dict[str, Any]) -> None:
        self.id = pool_id
        self.account_id = account_id
        self.region = region
        self.arn = f"arn:{get_partition(region)}:cognito-identity:{region}:{account_id}:identitypool/{pool_id}"
        self.roles: dict[str, str] = {}
        self.mappings: dict[str, dict[str, Any]] = {}
        self.principal_tags: dict[str, dict[str, Any]] = {}
        self.identities: dict[str, Identity] = {}
        self.replace(asked)

    def replace(self, asked: dict[str, Any]) -> None:
        """All settings at once: what is left out is removed, and the classic flow is off."""
        self.settings = {name: deepcopy(asked[name]) for name in _SETTINGS if asked.get(name) is not None}
        self.settings.setdefault("AllowClassicFlow", False)
        self.settings.setdefault("IdentityPoolTags", {})

    def described(self) -> dict[str, Any]:
        return {"IdentityPoolId": self.id, **deepcopy(self.settings)}

    def add_identity(self) -> Identity:
        seed = ("identity", self.id, len(self.identities), clock.utcnow())
        made = Identity(f"{self.region}:{uuid(*seed)}")
        self.identities[made.id] = made
        return made

    def identity_of(self, logins: dict[str, str]) -> Identity | None:
        """The one who signed in with any of these before."""
        for identity in self.identities.values():
            if any(identity.logins.get(name) == who for name, who in logins.items()):
                return identity
        return None


class Backend:
    def __init__(self, account_id: str, region: str) -> None:
        self.account_id = account_id
        self.region = region
        self.pools: dict[str, IdentityPool] = {}

    def create_pool(self, asked: dict[str, Any]) -> IdentityPool:
        name = asked["IdentityPoolName"]
        pool_id = f"{self.region}:{uuid('pool', self.account_id, name, clock.utcnow(), len(self.pools))}"
        self.pools[pool_id] = IdentityPool(self.account_id, self.region, pool_id, asked)
        return self.pools[pool_id]

    def pool(self, pool_id: str) -> IdentityPool:
        if pool_id not in self.pools:
            raise not_found(f"IdentityPool '{pool_id}' not found.")
        return self.pools[pool_id]


backends: Held[Backend] = Held(Backend)


def pool_anywhere(pool_id: str) -> IdentityPool:
    """A pool of any AWS account: what apps ask isn't signed."""
    for backend in backends.everywhere():
        if pool_id in backend.pools:
            return backend.pools[pool_id]
    raise not_found(f"IdentityPool '{pool_id}' not found.")


def identity_anywhere(identity_id: str) -> tuple[IdentityPool, Identity]:
    for backend in backends.everywhere():
        for pool in backend.pools.values():
            if identity_id in pool.identities:
                return pool, pool.identities[identity_id]
    raise not_found(f"Identity '{identity_id}' not found.")
