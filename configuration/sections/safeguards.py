"""What guard rails and saved tests have in common: both are safeguards, with versions and second persons."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import ClassVar

from django.http import HttpRequest

from accounts.models import Operator
from configuration.sections.section import (
    ONE_OF_TWO,
    EntryRefused,
    FileSection,
    Key,
    Value,
    scope_of,
    scope_value,
    where_key,
)
from sync.models import Safeguard, SafeguardVersion
from sync.safeguards import services
from sync.safeguards.scopes import Scope
from sync.safeguards.services import Wanted

State = SafeguardVersion.State
WAITS = "That loosens what blocks plans: it waits for a second person."
REASON = "By an imported file."


class SafeguardSection(FileSection):
    """`number`: of several with one name in one place, from 1 on, in the order in which they were made."""

    kind: ClassVar[str]

    @abstractmethod
    def value_of(self, version: SafeguardVersion) -> Value:
        """Without the place, and the number."""

    @abstractmethod
    def wanted_of(self, value: Value, scope: Scope, before: SafeguardVersion | None) -> Wanted:
        """Raises EntryRefused."""

    @abstractmethod
    def name_of(self, value: Value) -> str:
        """By which it is found again in its place."""

    def now(self) -> Iterable[Value]:
        return [value for _, value in self._there()]

    def key_of(self, value: Value) -> Key:
        return (*where_key(value), self.name_of(value), value["number"])

    def misshapen(self, value: Value) -> Sequence[str]:
        if bool(value["aws_account"]) == bool(value["label"]):
            return [ONE_OF_TWO]
        return () if value["number"].isdecimal() else ["“number” is a number: which one of those with this name."]

    def add(self, value: Value, actor: Operator, request: HttpRequest | None) -> str:
        scope = scope_of(value)
        services.make(kind=self.kind, scope=scope, actor=actor, wanted=self.wanted_of(value, scope, None))
        return ""

    def change(self, before: Value, value: Value, actor: Operator, request: HttpRequest | None) -> str:
        version = self._version(before)
        wanted = self.wanted_of(value, scope_of(value), version)
        if (version.name, version.content, version.is_blocking) == (
            wanted.name,
            dict(wanted.content),
            wanted.is_blocking,
        ):
            return ""  # only written in another way
        made = services.change(safeguard=version.safeguard, actor=actor, wanted=wanted)
        return WAITS if made.state == State.PENDING else ""

    def remove(self, value: Value, actor: Operator, request: HttpRequest | None) -> str:
        made = services.delete(safeguard=self._version(value).safeguard, actor=actor, reason=REASON)
        return WAITS if made.state == State.PENDING else ""

    def _version(self, value: Value) -> SafeguardVersion:
        key = self.key_of(value)
        found = next((version for version, there in self._there() if self.key_of(there) == key), None)
        if found is None:
            raise EntryRefused("It isn’t there any more: somebody deleted it meanwhile.")
        return found

    def _there(self) -> Iterable[tuple[SafeguardVersion, Value]]:
        known: Counter[Key] = Counter()
        for version in _versions(self.kind):
            value = {**self.value_of(version), **scope_value(version.safeguard.scope), "number": "1"}
            known[self.key_of(value)] += 1
            number = known[self.key_of(value)]
            yield version, {**value, "number": str(number)}


def _versions(kind: str) -> Iterable[SafeguardVersion]:
    there = Safeguard.objects.there().filter(kind=kind).exclude(label__deleted_at__isnull=False)
    found = SafeguardVersion.objects.filter(safeguard__in=there.values("pk"), state=State.IN_FORCE)
    return found.select_related("safeguard__aws_account", "safeguard__label").order_by("safeguard_id")
