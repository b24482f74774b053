"""Groups of a pool and who is in them."""

from __future__ import annotations

from emulator.cognito_idp.errors import no_such_user
from emulator.cognito_idp.finding import find
from emulator.cognito_idp.groups import Group
from emulator.cognito_idp.person import Person
from emulator.cognito_idp.pool_calls import Answer, PoolCalls
from emulator.wire import AwsError

_MOST_GROUPS = 100


class GroupCalls(PoolCalls):
    @property
    def person(self) -> Person:
        found = find(self.pool, self.asked["Username"])
        if found is None:
            raise no_such_user()
        return found

    def create_group(self) -> Answer:
        pool, name = self.pool, self.asked["GroupName"]
        if name in pool.groups:
            raise AwsError("GroupExistsException", "A group with the name already exists.")
        pool.groups[name] = Group(pool.id, self.asked)
        return {"Group": pool.groups[name].described()}

    def get_group(self) -> Answer:
        return {"Group": self.pool.group(self.asked["GroupName"]).described()}

    def list_groups(self) -> Answer:
        groups = self.pool.groups
        return self.listing("Groups", groups, lambda name: groups[name].described(), size="Limit")

    def update_group(self) -> Answer:
        """What is left out is removed."""
        group = self.pool.group(self.asked["GroupName"])
        group.replace(self.asked)
        return {"Group": group.described()}

    def delete_group(self) -> None:
        pool = self.pool
        group = pool.group(self.asked["GroupName"])
        for username in group.members:
            person = pool.people.get(username)
            if person is not None:
                person.groups.discard(group.name)
        del pool.groups[group.name]

    def list_users_in_group(self) -> Answer:
        pool = self.pool
        members = pool.group(self.asked["GroupName"]).members

        def describe(username: str) -> Answer:
            person = pool.people.get(username)
            return person.described() if person is not None else {}

        return self.listing("Users", members, describe, size="Limit")

    def admin_list_groups_for_user(self) -> Answer:
        groups = self.pool.groups
        return self.listing("Groups", self.person.groups, lambda name: groups[name].described(), size="Limit")

    def admin_add_user_to_group(self) -> None:
        group, person = self.pool.group(self.asked["GroupName"]), self.person
        if group.name not in person.groups and len(person.groups) >= _MOST_GROUPS:
            raise AwsError("LimitExceededException", f"A user can be in at most {_MOST_GROUPS} groups.")
        group.add(person.username)
        person.groups.add(group.name)

    def admin_remove_user_from_group(self) -> None:
        group, person = self.pool.group(self.asked["GroupName"]), self.person
        group.remove(person.username)
        person.groups.discard(group.name)
