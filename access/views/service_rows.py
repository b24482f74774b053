"""What one principal may, by service, as rows of a page: services of which the same is to be said are one row.

The address says which part is shown: `services` is the number of a page, `service` a prefix or words of a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from access.effective_access import AccessExtent, ActionGroup, EffectiveAccess, EffectiveServiceAccess
from access.limits import DecidingStatement
from access.views.shown_part import ShownPart

MOST_ROWS, MOST_LINES, MOST_NAMES = 60, 6, 4
_ALIKE = 4  # so many services, or more, are one row
_QUESTION = ("action", "resource", "context")
_LONGEST = 100  # characters of what is looked for


@dataclass(frozen=True)
class ServiceRow:
    """`levels`: names of levels by how far one gets there. Of one service, `lines` name their actions; `more` are those
    that open. `is_whole`: nothing of it is folded."""

    services: Sequence[EffectiveServiceAccess]
    levels: Sequence[tuple[AccessExtent, str]]
    lines: Sequence[ActionGroup]
    more: Sequence[ActionGroup]
    is_whole: bool = False

    @property
    def first(self) -> EffectiveServiceAccess:
        return self.services[0]

    @property
    def actions(self) -> int:
        """How many the service has, where it may all of them."""
        return sum(level.actions for level in self.first.levels) if self.first.is_complete else 0

    @property
    def names_actions(self) -> bool:
        return len(self.services) == 1 and any(extent is not AccessExtent.FULL for extent, _ in self.levels)

    @property
    def named(self) -> int:
        """How many actions of a line are named at most."""
        return max((len(line.actions) for line in self.first.lines), default=0) if self.is_whole else MOST_NAMES

    @property
    def unnamed(self) -> int:
        """What templates add to the number of a line's actions."""
        return -self.named

    @property
    def because(self) -> list[DecidingStatement]:
        """Each once; what opens says its own."""
        return _reasons(self.lines)

    @property
    def more_because(self) -> list[DecidingStatement]:
        return [each for each in _reasons(self.more) if each not in self.because]


@dataclass(frozen=True)
class ShownServices:
    """`words`: what was looked for. `is_one`: a whole service."""

    rows: Sequence[ServiceRow]
    part: ShownPart
    total: int  # services
    words: str
    is_one: bool
    asked: Sequence[tuple[str, str]]  # of the question on the same page, for its address

    @property
    def kept(self) -> str:
        """What every address of the page begins with."""
        return f"{urlencode(self.asked)}&" if self.asked else ""

    @property
    def all_url(self) -> str:
        return f"?{urlencode(self.asked)}#services"

    @property
    def has_search(self) -> bool:
        return self.total > MOST_ROWS or bool(self.words)


def shown_services(access: EffectiveAccess, said: QueryDict) -> ShownServices:
    words = str(said.get("service", "")).strip()[:_LONGEST]
    asked = [(name, str(said[name])) for name in _QUESTION if said.get(name)]
    one = [service for service in access.services if service.prefix == words.lower()]
    found = one or [each for each in access.services if _is_called(each, words)]
    rows = [_row(one, is_whole=True)] if one else _rows(found)

    def url(number: str) -> str:
        looked_for = [("service", words)] if words else []
        return f"?{urlencode([*asked, *looked_for, ('services', number)])}#services"

    part = ShownPart.of(str(said.get("services", "")), len(rows), MOST_ROWS, url)
    shown = rows[part.start : part.start + MOST_ROWS]
    return ShownServices(shown, part, len(access.services), words, bool(one), asked)


def _is_called(service: EffectiveServiceAccess, words: str) -> bool:
    return all(word in f"{service.prefix} {service.name}".lower() for word in words.lower().split())


def _rows(services: Iterable[EffectiveServiceAccess]) -> list[ServiceRow]:
    """Those of many services first."""
    alike: dict[object, list[EffectiveServiceAccess]] = {}
    for service in services:
        alike.setdefault(_what_is_said(service), []).append(service)
    many = [each for each in alike.values() if len(each) >= _ALIKE]
    single = [service for each in alike.values() if len(each) < _ALIKE for service in each]
    many.sort(key=len, reverse=True)
    single.sort(key=lambda service: service.name.lower())
    return [_row(each) for each in (*many, *([service] for service in single))]


def _what_is_said(service: EffectiveServiceAccess) -> object:
    """But for the names of actions, how many they are, and the names of levels where all are alike."""
    lines = tuple((line.grant, line.also) for line in service.lines)
    extents = {level.extent for level in service.levels}
    if service.is_complete and len(extents) == 1:
        return extents.pop(), lines
    return tuple((level.level, level.extent, level.may < level.actions) for level in service.levels), lines


def _row(services: Sequence[EffectiveServiceAccess], *, is_whole: bool = False) -> ServiceRow:
    first, several = services[0], len(services) > 1
    levels = [(extent, list(_named(first, extent, counted=not several))) for extent in AccessExtent]
    if several and first.is_complete and sum(bool(names) for _, names in levels) == 1:
        levels = [(extent, ["all levels"]) for extent, names in levels if names]
    lines = sorted(first.lines, key=lambda line: (line.grant.taken_by is not None, line.grant.resource))
    most = len(lines) if is_whole else MOST_LINES
    named = [(extent, ", ".join(names)) for extent, names in levels if names]
    return ServiceRow(services, named, lines[:most], lines[most:], is_whole)


def _named(service: EffectiveServiceAccess, extent: AccessExtent, *, counted: bool) -> Iterator[str]:
    """With how many actions it is, where it isn't all of the level; of several services: that it is some."""
    for level in service.levels:
        if level.extent is extent:
            partly = extent is AccessExtent.LIMITED and level.may < level.actions
            some = f" ({level.may} of {level.actions})" if counted else " (some actions)"
            yield f"{level.level.value}{some}" if partly else level.level.value


def _reasons(lines: Iterable[ActionGroup]) -> list[DecidingStatement]:
    return list(dict.fromkeys(because for line in lines for because in line.grant.because))
