"""How the mirror reads Cognito: user pools, identity pools, and what belongs to them."""

from cognito.mirrors import identity_pools, of_clients, of_pools, pools
from cognito.mirrors.sources import SOURCES
from sync import mirror

__all__ = ["register"]


def register() -> None:
    mirror.register(*pools.MIRRORS, *of_pools.MIRRORS, *of_clients.MIRRORS, *identity_pools.MIRRORS)
    for source in SOURCES:
        mirror.register_source(source)
