"""The user pools of one AWS account and Region."""

from __future__ import annotations

from typing import Any

from emulator import clock
from emulator.cognito_idp.clients import AppClient
from emulator.cognito_idp.errors import invalid, not_found
from emulator.cognito_idp.pool import UserPool
from emulator.cognito_idp.settings import checked
from emulator.held import Held
from emulator.ids import word


class Backend:
    def __init__(self, account_id: str, region: str) -> None:
        self.account_id = account_id
        self.region = region
        self.pools: dict[str, UserPool] = {}

    def create_pool(self, asked: dict[str, Any]) -> UserPool:
        settings = {name: value for name, value in asked.items() if name not in ("PoolName", "Schema")}
        attempt = 0
        while True:
            pool_id = f"{self.region}_{word(9, self.account_id, asked['PoolName'], clock.utcnow(), attempt)}"
            if pool_id not in self.pools:
                break
            attempt += 1
        pool = UserPool(self.account_id, self.region, pool_id, asked["PoolName"], asked.get("Schema", []))
        pool.replace(checked(settings, pool))
        pool.changed = pool.created
        self.pools[pool_id] = pool
        return pool

    def pool(self, pool_id: str) -> UserPool:
        if pool_id not in self.pools:
            raise not_found(f"User pool {pool_id} does not exist.")
        return self.pools[pool_id]

    def pool_of_arn(self, arn: str) -> UserPool:
        return self.pool(arn.rpartition("/")[2])

    def delete_pool(self, pool_id: str) -> None:
        pool = self.pool(pool_id)
        if pool.settings["DeletionProtection"] == "ACTIVE":
            raise invalid(
                "The user pool cannot be deleted because deletion protection is activated. "
                "Deletion protection must be inactivated first."
            )
        if pool.domain is not None or pool.custom_domain is not None:
            raise invalid("User pool cannot be deleted. It has a domain configured that should be deleted first.")
        del self.pools[pool_id]


backends: Held[Backend] = Held(Backend)


def pool_anywhere(pool_id: str) -> UserPool | None:
    """A pool of any AWS account: its id says it all."""
    return next((held.pools[pool_id] for held in backends.everywhere() if pool_id in held.pools), None)


def client_anywhere(client_id: str) -> tuple[UserPool, AppClient]:
    """Calls of apps are not signed: the app client says which pool they are about."""
    for held in backends.everywhere():
        for pool in held.pools.values():
            if client_id in pool.clients:
                return pool, pool.clients[client_id]
    raise not_found(f"User pool client {client_id} does not exist.")


def logo_anywhere(pool_id: str, client_id: str) -> bytes:
    """The logo of the pool's classic pages; b"" for none."""
    pool = pool_anywhere(pool_id)
    held = (pool.looks.get(client_id) or pool.looks.get("ALL")) if pool else None
    return held.image if held else b""
