"""People of a pool, as administrators see them."""

from __future__ import annotations

from iamconsole.demo.cognito_idp.group_calls import GroupCalls
from iamconsole.demo.cognito_idp.pool_calls import Answer


class PersonCalls(GroupCalls):
    def list_users(self) -> Answer:
        pool = self.pool
        wanted = self.asked.get("AttributesToGet")
        only = None if wanted is None else frozenset(wanted)
        found = pool.people.usernames(self.asked.get("Filter"))

        def told(username: str) -> Answer:
            person = pool.people.get(username)
            return person.described(only=only) if person is not None else {}

        return self.listing("Users", found, told, size="Limit", token="PaginationToken")  # noqa: S106

    def admin_get_user(self) -> Answer:
        return self.person.described_in_full()
