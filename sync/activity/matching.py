"""Which calls explain a revision: by name and time, and then by what they asked for.

A revision has *effects*: each thing that it changed, and what that is now. An event has the effects that it asked for.
An event explains a revision where it asked for one of its effects, to the letter. Apps register how the events of
their kinds are read; of a kind that nobody registered, an event that names the object is told as such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sync.activity.records import TrailRecord
from sync.mirror.base import Content

# (part of the content, what in it): ("attached", "arn:…"), ("trust", ""), ("", "made").
Effect = tuple[str, str]
Effects = Mapping[Effect, Any]

MADE, GONE = ("", "made"), ("", "gone")
ANYTHING = object()  # in the place of a value: the event doesn't say what is there now
CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True)
class SeenChange:
    """What a revision says. `since`: when the object was last seen unchanged. `before` is empty of what is new."""

    kind: str
    object_id: str
    names: tuple[str, ...]  # what it is and was called
    arn: str
    facet: str
    before: Content
    after: Content
    appeared: bool
    gone: bool
    since: datetime
    until: datetime

    @property
    def effects(self) -> Effects:
        if self.gone:
            return {GONE: True}
        found: dict[Effect, Any] = {MADE: True} if self.appeared else {}
        for part in self.before.keys() | self.after.keys():
            found |= _effects_on(part, self.before.get(part), self.after.get(part))
        return found


def _effects_on(part: str, old: Any, new: Any) -> Effects:
    if is_document(old) or is_document(new) or not isinstance(new or old, dict | list):
        return {} if _meant(old) == _meant(new) or (not old and not new) else {(part, ""): _meant(new)}
    if isinstance(new or old, list):
        before, after = ({str(each) for each in some or ()} for some in (old, new))
        return {(part, item): item in after for item in before ^ after}
    before_map, after_map = old or {}, new or {}
    return {
        (part, name): _meant(after_map.get(name))
        for name in before_map.keys() | after_map.keys()
        if _meant(before_map.get(name)) != _meant(after_map.get(name))
    }


def is_document(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"text", "canonical"}


def _meant(value: Any) -> Any:
    return value["canonical"] if is_document(value) else value


# ---- How the events of a kind are read -----------------------------------------------------------------------
EventReader = Callable[[TrailRecord, SeenChange], Effects]


@dataclass(frozen=True)
class KindOfEvents:
    """`read`: what an event asks of that object; nothing, where it is about another one.

    `ask_by`: the names that LookupEvents finds its events by; none where its service lists no resources. `follows`:
    parts of the content that no call asks for, such as an ARN, which follows the name. `made_with`: those that the call
    which makes it says, unless a later one did.
    """

    service: str
    read: EventReader
    ask_by: Callable[[SeenChange], Sequence[str]] = lambda change: ()
    follows: frozenset[str] = frozenset()
    made_with: frozenset[str] = frozenset()


_kinds: dict[tuple[str, str], KindOfEvents] = {}
# Of kinds that nobody registered: the services, by the beginning of their kind's name.
_services: dict[str, tuple[str, ...]] = {}


def register(kind: str, facets: Iterable[str], events: KindOfEvents) -> None:
    """To be called in `AppConfig.ready()`."""
    for facet in facets:
        _kinds[kind, facet] = events


def register_services(prefix: str, *services: str) -> None:
    """`prefix`: how kinds begin, "cognito."."""
    _services[prefix] = services


def events_of(change: SeenChange) -> KindOfEvents | None:
    return _kinds.get((change.kind, change.facet))


def ask_by(change: SeenChange) -> Sequence[str]:
    about = events_of(change)
    return about.ask_by(change) if about else ()


# ---- The match -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Explained:
    """`records`: the calls that brought it about, the newest first. `partly`: something is explained by none.

    `exactly`: each part of it is what a call asked for, to the letter: none is taken for granted.
    """

    records: Sequence[TrailRecord] = ()
    partly: bool = False
    by_name_only: bool = False
    exactly: bool = False


def explain(change: SeenChange, records: Iterable[TrailRecord]) -> Explained:
    """Calls that failed explain nothing, nor do those of other times."""
    in_time = [
        each
        for each in records
        if not each.error and not each.reads and change.since - CLOCKS_DIFFER <= each.at <= change.until + CLOCKS_DIFFER
    ]
    newest_first = sorted(in_time, key=lambda each: each.at, reverse=True)
    about = events_of(change)
    return _by_content(change, about, newest_first) if about else _by_name(change, newest_first)


def _by_content(change: SeenChange, about: KindOfEvents, records: Sequence[TrailRecord]) -> Explained:
    due = {key: value for key, value in change.effects.items() if key[0] not in about.follows}
    found: list[TrailRecord] = []
    open_, exactly = dict(due), bool(due)
    for record in records:
        if record.service != about.service:
            continue
        asked = about.read(record, change)
        answers = [key for key, value in asked.items() if key in open_ and value in (open_[key], ANYTHING)]
        if answers:
            found.append(record)
        made = about.made_with if MADE in answers else frozenset()
        left = {key: value for key, value in open_.items() if key not in answers}
        open_ = {key: value for key, value in left.items() if key[0] not in made}
        exactly = exactly and len(open_) == len(left) and not any(asked[key] is ANYTHING for key in answers)
    return Explained(found, partly=bool(found and open_), exactly=exactly and bool(found) and not open_)


def _by_name(change: SeenChange, records: Sequence[TrailRecord]) -> Explained:
    services = next((names for prefix, names in _services.items() if change.kind.startswith(prefix)), ())
    names = {change.object_id, change.arn, *change.names} - {""}
    found = [each for each in records if each.service in services and names & set(_texts(each.asked))]
    return Explained(found[:_MOST_BY_NAME], by_name_only=bool(found))


_MOST_BY_NAME = 5


def _texts(said: Any) -> Iterable[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, Mapping):
        for inner in said.values():
            yield from _texts(inner)
    elif isinstance(said, list):
        for inner in said:
            yield from _texts(inner)
