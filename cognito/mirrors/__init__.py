"""How the mirror reads Cognito: pools and what belongs to them, and the people of pools."""

from cognito.mirrors import identity_pools, of_clients, of_pools, pools
from cognito.mirrors.sources import SOURCES
from cognito.people.groups import GROUPS_OF_PERSON
from cognito.people.members import MembersSource
from cognito.people.mirror import PERSON
from cognito.people.source import PeopleSource
from sync import mirror

__all__ = ["register"]


def register() -> None:
    mirror.register(*pools.MIRRORS, *of_pools.MIRRORS, *of_clients.MIRRORS, *identity_pools.MIRRORS)
    mirror.register(PERSON, GROUPS_OF_PERSON)
    for source in (*SOURCES, PeopleSource(), MembersSource()):
        mirror.register_source(source)
