"""The people of a pool: found by username, by `sub`, by what they sign in with, and by a filter."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator

from emulator.cognito_idp.errors import invalid
from emulator.cognito_idp.person import Person

# What a person may sign in with beside the username.
ALIASES = ("email", "phone_number", "preferred_username")
_SEARCHABLE = (
    *ALIASES,
    "username",
    "sub",
    "name",
    "given_name",
    "family_name",
    "cognito:user_status",
    "status",
)
_FILTER = re.compile(r'\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*', re.DOTALL)


class People:
    def __init__(self) -> None:
        self._by_username: dict[str, Person] = {}
        self._usernames: list[str] = []  # sorted
        self._by_sub: dict[str, str] = {}
        self._by_alias: dict[tuple[str, str], set[str]] = {}

    def __len__(self) -> int:
        return len(self._by_username)

    def __iter__(self) -> Iterator[Person]:
        return iter(self._by_username.values())

    def get(self, username: str) -> Person | None:
        return self._by_username.get(username)

    def by_sub(self, sub: str) -> Person | None:
        return self._by_username.get(self._by_sub.get(sub, ""))

    def by_alias(self, attribute: str, value: str) -> list[Person]:
        """Those who have that e-mail address, number or preferred username, whatever its case."""
        found = self._by_alias.get((attribute, value.casefold()), set())
        return [self._by_username[username] for username in sorted(found)]

    def add(self, person: Person) -> None:
        insort(self._usernames, person.username)
        self._keep(person)

    def add_many(self, people: Iterable[Person]) -> None:
        for person in people:
            self._keep(person)
        self._usernames = sorted(self._by_username)

    def remove(self, person: Person) -> None:
        del self._by_username[person.username]
        del self._usernames[bisect_left(self._usernames, person.username)]
        self._by_sub.pop(person.sub, None)
        self._forget_aliases(person)

    def set_attributes(self, person: Person, attributes: dict[str, str]) -> None:
        self._forget_aliases(person)
        person.attributes = attributes
        self._note_aliases(person)
        person.touch()

    def usernames(self, wanted: str | None) -> list[str]:
        """Sorted, of those whom the filter of ListUsers means."""
        if not wanted:
            return self._usernames
        parts = _FILTER.fullmatch(wanted)
        if parts is None:
            raise invalid("Error while parsing filter.")
        name, operator, value = parts[1], parts[2], re.sub(r"\\(.)", r"\1", parts[3])
        if name not in _SEARCHABLE:
            raise invalid(f"Invalid search attribute: {name}")
        if operator == "=":
            if name == "username":
                return [value] if value in self._by_username else []
            if name == "sub":
                return [self._by_sub[value]] if value in self._by_sub else []
            if name in ALIASES:
                return [p.username for p in self.by_alias(name, value) if p.attributes[name] == value]
            return self._scan(name, lambda held: held == value)
        return self._scan(name, lambda held: held.startswith(value))

    def _scan(self, name: str, matches: Callable[[str], bool]) -> list[str]:
        people, read = self._by_username, _READERS.get(name)
        found = []
        for username in self._usernames:
            person = people[username]
            held = person.attributes.get(name) if read is None else read(person)
            if held is not None and matches(held):
                found.append(username)
        return found

    def _keep(self, person: Person) -> None:
        self._by_username[person.username] = person
        self._by_sub[person.sub] = person.username
        self._note_aliases(person)

    def _note_aliases(self, person: Person) -> None:
        for name in ALIASES:
            if name in person.attributes:
                key = (name, person.attributes[name].casefold())
                self._by_alias.setdefault(key, set()).add(person.username)

    def _forget_aliases(self, person: Person) -> None:
        for name in ALIASES:
            if name in person.attributes:
                key = (name, person.attributes[name].casefold())
                self._by_alias.get(key, set()).discard(person.username)


_READERS: dict[str, Callable[[Person], str | None]] = {
    "username": lambda person: person.username,
    "cognito:user_status": lambda person: person.status,
    "status": lambda person: "Enabled" if person.enabled else "Disabled",
}
