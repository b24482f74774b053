"""Calls of the identitystore API: users, groups and memberships."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from emulator import clock
from emulator.identity_center.asking import AboutInstance, Answer
from emulator.identity_center.backend import Instance, conflict, invalid, not_found
from emulator.identity_center.things import Group, Membership, Person
from emulator.ids import digest

_NOT_SAID = ("IdentityStoreId", "Extensions")
_TAKEN, _FASTER = "UNIQUENESS_CONSTRAINT_VIOLATION", "CONCURRENT_MODIFICATION"


class IdentityStoreCalls(AboutInstance):
    service = "identitystore"

    @property
    def instance(self) -> Instance:
        wanted = self.asked["IdentityStoreId"]
        found = next((one for one in self.seen() if one.store_id == wanted), None)
        if found is None:
            raise not_found(f"IdentityStore not found: {wanted}")
        return self.check_may_administer(found)

    def describe_identity_store(self) -> Answer:
        instance = self.instance
        return {"IdentityStoreId": instance.store_id, "IdentityStoreArn": instance.store_arn}

    # ---- Users

    def list_users(self) -> Answer:
        instance = self.instance
        wanted = {each["AttributePath"]: each["AttributeValue"] for each in self.asked.get("Filters", ())}
        found = {
            user_id: self._user(instance, person)
            for user_id, person in instance.people.items()
            if all(person.said.get(name) == value for name, value in wanted.items())
        }
        return self.page_of("Users", found)

    def describe_user(self) -> Answer:
        instance = self.instance
        return self._user(instance, self._person(instance))

    def create_user(self) -> Answer:
        instance = self.instance
        said = {name: deepcopy(value) for name, value in self.asked.items() if name not in _NOT_SAID}
        for required in ("UserName", "DisplayName", "Name"):
            if required not in said:
                raise invalid(f"{required} is a required attribute")
        self._check_free(instance, said)
        made = Person(instance.new_id("user", said["UserName"]), said, clock.utcnow())
        instance.people[made.user_id] = made
        return self._named(instance, "User", made.user_id) | {"Revision": _revision(made)}

    def update_user(self) -> Answer:
        instance = self.instance
        person = self._person(instance)
        self._check_revision(person)
        said = deepcopy(person.said)
        for each in self.asked["Operations"]:
            _set(said, each["AttributePath"], each.get("AttributeValue"))
        self._check_free(instance, said, besides=person)
        person.said, person.edits, person.updated = said, person.edits + 1, clock.utcnow()
        return self._named(instance, "User", person.user_id) | {"Revision": _revision(person)}

    def delete_user(self) -> None:
        """With their memberships; assignments stay."""
        instance = self.instance
        person = self._person(instance)
        self._check_revision(person)
        del instance.people[person.user_id]
        _leave(instance, "user_id", person.user_id)

    def get_user_id(self) -> Answer:
        instance, wanted = self.instance, self.asked["AlternateIdentifier"]
        for person in instance.people.values():
            if _is_meant(person.said, person.external_ids, wanted):
                return self._named(instance, "User", person.user_id)
        raise _no_such("USER")

    def _person(self, instance: Instance) -> Person:
        if self.asked["UserId"] not in instance.people:
            raise _no_such("USER")
        return instance.people[self.asked["UserId"]]

    def _check_free(self, instance: Instance, said: dict[str, Any], besides: Person | None = None) -> None:
        for other in instance.people.values():
            if other is not besides and other.said["UserName"].casefold() == said["UserName"].casefold():
                raise conflict("Duplicate UserName", _TAKEN)

    def _user(self, instance: Instance, person: Person) -> Answer:
        about = {"UserStatus": person.status, "ExternalIds": person.external_ids or None}
        dates = {"CreatedAt": person.created, "UpdatedAt": person.updated}
        described = {**deepcopy(person.said), **about, **dates, "Revision": _revision(person)}
        return self._named(instance, "User", person.user_id) | {k: v for k, v in described.items() if v is not None}

    # ---- Groups

    def list_groups(self) -> Answer:
        instance = self.instance
        return self.page_of(
            "Groups", {one.group_id: self._described(instance, one) for one in instance.groups.values()}
        )

    def describe_group(self) -> Answer:
        instance = self.instance
        return self._described(instance, self._group(instance))

    def create_group(self) -> Answer:
        instance, name = self.instance, self.asked.get("DisplayName", "")
        if any(one.name == name for one in instance.groups.values()):
            raise conflict("Duplicate GroupDisplayName", _TAKEN)
        made = Group(instance.new_id("group", name), name, self.asked.get("Description"), clock.utcnow())
        instance.groups[made.group_id] = made
        return self._named(instance, "Group", made.group_id) | {"Revision": _revision(made)}

    def update_group(self) -> Answer:
        instance = self.instance
        group = self._group(instance)
        self._check_revision(group)
        for each in self.asked["Operations"]:
            if each["AttributePath"].casefold() == "displayname":
                group.name = each["AttributeValue"]
            else:
                group.description = each.get("AttributeValue")
        group.edits, group.updated = group.edits + 1, clock.utcnow()
        return self._named(instance, "Group", group.group_id) | {"Revision": _revision(group)}

    def delete_group(self) -> None:
        instance = self.instance
        group = self._group(instance)
        self._check_revision(group)
        del instance.groups[group.group_id]
        _leave(instance, "group_id", group.group_id)

    def get_group_id(self) -> Answer:
        instance, wanted = self.instance, self.asked["AlternateIdentifier"]
        for group in instance.groups.values():
            if _is_meant({"DisplayName": group.name}, group.external_ids, wanted):
                return self._named(instance, "Group", group.group_id)
        raise _no_such("GROUP")

    def _group(self, instance: Instance) -> Group:
        if self.asked["GroupId"] not in instance.groups:
            raise _no_such("GROUP")
        return instance.groups[self.asked["GroupId"]]

    def _described(self, instance: Instance, group: Group) -> Answer:
        said = {
            "DisplayName": group.name,
            "Description": group.description,
            "ExternalIds": group.external_ids or None,
            "CreatedAt": group.created,
            "UpdatedAt": group.updated,
            "Revision": _revision(group),
        }
        return self._named(instance, "Group", group.group_id) | {k: v for k, v in said.items() if v is not None}

    # ---- Memberships

    def create_group_membership(self) -> Answer:
        instance, user_id = self.instance, self.asked["MemberId"]["UserId"]
        group = self._group(instance)
        if user_id not in instance.people:
            raise _no_such("USER")
        if any((one.group_id, one.user_id) == (group.group_id, user_id) for one in instance.memberships.values()):
            raise conflict("Member and Group relationship already exists.", _TAKEN)
        made = Membership(instance.new_id("membership", user_id), group.group_id, user_id, clock.utcnow())
        instance.memberships[made.membership_id] = made
        return self._named(instance, "Membership", made.membership_id)

    def delete_group_membership(self) -> None:
        instance = self.instance
        del instance.memberships[self._membership(instance).membership_id]

    def describe_group_membership(self) -> Answer:
        instance = self.instance
        return self._member(instance, self._membership(instance))

    def get_group_membership_id(self) -> Answer:
        instance, user_id = self.instance, self.asked["MemberId"]["UserId"]
        for one in instance.memberships.values():
            if (one.group_id, one.user_id) == (self.asked["GroupId"], user_id):
                return self._named(instance, "Membership", one.membership_id)
        raise _no_such("GROUP_MEMBERSHIP")

    def list_group_memberships(self) -> Answer:
        instance = self.instance
        group = self._group(instance)
        return self._members(instance, "group_id", group.group_id)

    def list_group_memberships_for_member(self) -> Answer:
        return self._members(self.instance, "user_id", self.asked["MemberId"]["UserId"])

    def is_member_in_groups(self) -> Answer:
        instance, user_id = self.instance, self.asked["MemberId"]["UserId"]
        held = {one.group_id for one in instance.memberships.values() if one.user_id == user_id}
        results = [
            {"GroupId": one, "MemberId": {"UserId": user_id}, "MembershipExists": one in held}
            for one in self.asked["GroupIds"]
        ]
        return {"Results": results}

    def _members(self, instance: Instance, by: str, value: str) -> Answer:
        found = (one for one in instance.memberships.values() if getattr(one, by) == value)
        return self.page_of("GroupMemberships", {one.membership_id: self._member(instance, one) for one in found})

    def _member(self, instance: Instance, one: Membership) -> Answer:
        about = {"GroupId": one.group_id, "MemberId": {"UserId": one.user_id}, "CreatedAt": one.created}
        return self._named(instance, "Membership", one.membership_id) | about

    def _membership(self, instance: Instance) -> Membership:
        if self.asked["MembershipId"] not in instance.memberships:
            raise _no_such("GROUP_MEMBERSHIP")
        return instance.memberships[self.asked["MembershipId"]]

    def _named(self, instance: Instance, noun: str, its_id: str) -> Answer:
        arn = f"arn:{instance.partition}:identitystore:::{noun.lower()}/{its_id}"
        return {"IdentityStoreId": instance.store_id, f"{noun}Id": its_id, f"{noun}Arn": arn}

    def _check_revision(self, held: Person | Group) -> None:
        if self.asked.get("Revision") not in (None, _revision(held)):
            raise conflict("The resource was modified by another request.", _FASTER)


def _revision(held: Person | Group) -> str:
    return str(digest((held.user_id if isinstance(held, Person) else held.group_id, held.edits)))[:16]


def _no_such(kind: str) -> Exception:
    return not_found(f"{kind} not found.")


def _leave(instance: Instance, by: str, value: str) -> None:
    for one in [one for one in instance.memberships.values() if getattr(one, by) == value]:
        del instance.memberships[one.membership_id]


def _is_meant(said: dict[str, Any], external_ids: list[dict[str, str]], wanted: dict[str, Any]) -> bool:
    if "ExternalId" in wanted:
        return wanted["ExternalId"] in external_ids
    unique = wanted["UniqueAttribute"]
    path, value = unique["AttributePath"].casefold(), unique["AttributeValue"]
    if path == "emails.value":
        return any(each.get("Value") == value for each in said.get("Emails", ()))
    return any(name.casefold() == path and held == value for name, held in said.items())


def _set(said: dict[str, Any], path: str, value: Any) -> None:
    """`path`: "displayName", "name.familyName", in either case. None takes the attribute away."""
    first, _, rest = path.partition(".")
    name = f"{first[:1].upper()}{first[1:]}"
    if rest:
        said[name] = {**said.get(name, {}), f"{rest[:1].upper()}{rest[1:]}": value}
    elif value is None:
        said.pop(name, None)
    else:
        said[name] = value
