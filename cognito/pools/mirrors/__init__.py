"""How the mirror reads user pools, and what belongs to them."""

from cognito.pools.mirrors import belonging
from cognito.pools.mirrors.pool import POOL_MIRRORS
from cognito.pools.mirrors.sources import SOURCES
from sync import mirror

__all__ = ["register"]


def register() -> None:
    mirror.register(*POOL_MIRRORS, *belonging.MIRRORS, *belonging.CLIENT_MIRRORS)
    for source in SOURCES:
        mirror.register_source(source)
