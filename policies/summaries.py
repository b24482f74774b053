"""What a document allows and denies, by service, as pages show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from policies.engine import catalogue
from policies.engine.catalogue import AccessLevel
from policies.engine.condition_words import condition_words
from policies.engine.document import load
from policies.engine.statements import document_in, document_of
from policies.engine.summary import LevelAccess, ServiceAccess, summary

MOST_SERVICES = 50


@dataclass(frozen=True)
class PolicySummaryView:
    """`more`: services that aren't shown; `is_everything`: all actions of all services, on everything."""

    effect: str
    services: Sequence[ServiceAccess]
    more: int
    is_everything: bool


@lru_cache(maxsize=128)
def summaries_of(text: str) -> list[PolicySummaryView]:
    """Of what it allows, and of what it denies, where it does."""
    found = summary(document_in(text))
    by_effect = [("Allows", found.allows), ("Denies", found.denies)]
    return [_of(effect, services) for effect, services in by_effect if services]


def _of(effect: str, services: Sequence[ServiceAccess]) -> PolicySummaryView:
    is_everything = len(services) == len(catalogue.service_names()) and all(
        each.is_full and each.on_everything and not each.conditions for each in services
    )
    return PolicySummaryView(effect, services[:MOST_SERVICES], len(services[MOST_SERVICES:]), is_everything)


# ---- By service and access level, as the editor says it --------------------------------------------------------------
MOST_NAMES = 6
MOST_PATTERNS = 3
_BARS: Mapping[AccessLevel, str] = {
    AccessLevel.PERMISSIONS: "permissions",
    AccessLevel.WRITE: "write",
    AccessLevel.TAGGING: "write",
    AccessLevel.READ: "read",
    AccessLevel.LIST: "read",
}


@dataclass(frozen=True)
class LevelLine:
    """What of one access level. `names`: the first of the actions, without their service; `more`: how many others."""

    level: str
    count: int
    is_full: bool
    names: Sequence[str]
    more: int


@dataclass(frozen=True)
class ServiceLine:
    """`names`: of services of which all of this is true. `bars`: the highest level, as `{% level %}` has it.

    `only_if`: words; "" where some of it is unconditional. `keys`: of conditions of several statements, which words
    can't say together.
    """

    names: Sequence[str]
    service: ServiceAccess
    bars: str
    levels: Sequence[LevelLine]
    patterns: Sequence[str]
    more_patterns: int
    only_if: str
    keys: Sequence[str]


@dataclass(frozen=True)
class EffectLines:
    """`more`: lines that aren't shown."""

    effect: str
    services: Sequence[ServiceLine]
    more: int
    is_everything: bool


@dataclass(frozen=True)
class LevelSummary:
    """`unknown`: patterns of the document that no action of AWS matches."""

    effects: Sequence[EffectLines]
    unknown: Sequence[str]


@lru_cache(maxsize=128)
def level_summary(text: str) -> LevelSummary:
    found = summary(document_in(text))
    by_effect = [("Allows", found.allows), ("Denies", found.denies)]
    return LevelSummary([_lines(effect, services) for effect, services in by_effect if services], found.unknown)


def _lines(effect: str, services: Sequence[ServiceAccess]) -> EffectLines:
    """What says the same of several services is one line: all of hundreds, where a statement has NotAction."""
    alike: dict[object, list[ServiceAccess]] = {}
    for each in services:
        same = (each.resources, each.excepts, each.conditions, each.is_conditional) if each.is_full else each.prefix
        alike.setdefault(same, []).append(each)
    lines = [_line([each.name for each in group], group[0]) for group in alike.values()]
    return EffectLines(effect, lines[:MOST_SERVICES], len(lines[MOST_SERVICES:]), _of(effect, services).is_everything)


def _line(names: Sequence[str], service: ServiceAccess) -> ServiceLine:
    found = {each.level for each in service.levels}
    bars = "everything" if service.is_full else next(word for level, word in _BARS.items() if level in found)
    patterns = service.excepts if service.excepts and not service.resources else service.resources
    one = service.conditions[0] if len(service.conditions) == 1 and service.is_conditional else None
    return ServiceLine(
        names,
        service,
        bars,
        [_level_line(each) for each in service.levels],
        patterns[:MOST_PATTERNS],
        max(0, len(patterns) - MOST_PATTERNS),
        condition_words({one.operator: {one.key: list(one.values)}}) if one else "",
        sorted({each.key for each in service.conditions}),
    )


def _level_line(found: LevelAccess) -> LevelLine:
    names = [name.partition(":")[2] for name in found.actions]
    shown = names if len(names) <= MOST_NAMES + 1 else names[:MOST_NAMES]
    return LevelLine(found.level.value, len(names), found.is_full, shown, len(names) - len(shown))


# ---- Of the whole document ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class DocumentReach:
    """What a document allows, whatever it denies.

    `level`: the highest, of iamconsole.web.vocabulary.LEVELS; "" where it has actions of which the level isn't known
    and that may be higher. `services`: the prefixes of those of which it allows something, in lower case.
    """

    level: str
    services: frozenset[str]


@lru_cache(maxsize=128)
def reach_of(text: str) -> DocumentReach | None:
    """None where the document can't be read."""
    document = load(text)
    if document is None:
        return None
    found = summary(document)
    allowing = [each for each in document_of(document).statements if each.allows and not each.has("NotAction")]
    unknown = set(found.unknown) & {word for each in allowing for word in each.action_words}
    services = {each.prefix for each in found.allows} | {word.partition(":")[0] for word in unknown if ":" in word}
    return DocumentReach(_highest(found.allows, bool(unknown)), frozenset(each.lower() for each in services))


def _highest(services: Sequence[ServiceAccess], is_partly_unknown: bool) -> str:
    if services and _of("Allows", services).is_everything:
        return "everything"
    levels = {each.level for service in services for each in service.levels}
    if is_partly_unknown and AccessLevel.PERMISSIONS not in levels:
        return ""
    return next((word for level, word in _BARS.items() if level in levels), "none")
