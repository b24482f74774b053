"""What a document allows and denies, service by service, as AWS's console shows it.

IAM User Guide, "Policy summary (list of services)", "Access levels in policy summaries". As there, what is denied isn't
taken off what is allowed: it stands in a table of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from policies.engine import catalogue
from policies.engine.catalogue import AccessLevel
from policies.engine.compiled import ActionPatterns
from policies.engine.statements import Statement, document_of

EVERYTHING = "*"
_MOST_SHOWN = 1_000  # statements: no document that AWS takes has more


@dataclass(frozen=True, order=True)
class ConditionSummary:
    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class LevelAccess:
    """`is_full`: all actions of the service that are of this level."""

    level: AccessLevel
    actions: tuple[str, ...]
    is_full: bool


@dataclass(frozen=True)
class ServiceAccess:
    """`resources` are patterns; with `excepts`, all resources but those. `conditions`: none of some statement, maybe:
    then `is_conditional` is False."""

    prefix: str
    name: str
    levels: tuple[LevelAccess, ...]
    resources: tuple[str, ...]
    excepts: tuple[str, ...]
    conditions: tuple[ConditionSummary, ...]
    is_conditional: bool

    @property
    def is_full(self) -> bool:
        """All that the service can do."""
        return all(each.is_full for each in self.levels) and len(self.levels) == len(actions_by_level(self.prefix))

    @property
    def full_levels(self) -> list[str]:
        return [each.level.value for each in self.levels if each.is_full]

    @property
    def limited_levels(self) -> list[str]:
        return [each.level.value for each in self.levels if not each.is_full]

    @property
    def on_everything(self) -> bool:
        return EVERYTHING in self.resources


@dataclass(frozen=True)
class PolicySummary:
    """`unknown` are action patterns that mean no action which the catalogue knows."""

    allows: tuple[ServiceAccess, ...]
    denies: tuple[ServiceAccess, ...]
    unknown: tuple[str, ...]


@dataclass
class _ServiceActions:
    """Of one service, so far."""

    actions: set[str] = field(default_factory=set)
    resources: set[str] = field(default_factory=set)
    excepts: set[str] = field(default_factory=set)
    conditions: set[ConditionSummary] = field(default_factory=set)
    is_conditional: bool = True


def summary(document: Any) -> PolicySummary:
    """Takes any document; what makes no sense in it isn't there."""
    allows: dict[str, _ServiceActions] = defaultdict(_ServiceActions)
    denies: dict[str, _ServiceActions] = defaultdict(_ServiceActions)
    unknown: dict[str, None] = {}
    for statement in document_of(document).statements[:_MOST_SHOWN]:
        if statement.allows or statement.denies:
            unknown.update(dict.fromkeys(_add(statement, allows if statement.allows else denies)))
    return PolicySummary(_services(allows), _services(denies), tuple(unknown))


def _add(statement: Statement, services: Mapping[str, _ServiceActions]) -> list[str]:
    """Adds what the statement says to its services; returns the patterns that mean nothing."""
    names, unknown = _actions(statement)
    conditions = {ConditionSummary(each.operator, each.key, each.words) for each in statement.conditions}
    by_service: dict[str, list[str]] = defaultdict(list)
    for name in names:
        by_service[name.partition(":")[0]].append(name)
    for prefix, of_service in by_service.items():
        found = services[prefix]
        found.actions.update(of_service)
        found.resources.update(_resources(statement, of_service))
        found.excepts.update(text.value for text in statement.not_resources)
        found.conditions |= conditions
        found.is_conditional = found.is_conditional and bool(conditions)
    return unknown


def _actions(statement: Statement) -> tuple[Iterable[str], list[str]]:
    patterns = statement.action_words
    if statement.has("NotAction"):
        excepted = ActionPatterns(patterns)
        return [name for name in catalogue.all_actions() if name.lower() not in excepted], []
    matches = {pattern: catalogue.actions_matching(pattern) for pattern in patterns}
    unknown = [pattern for pattern, names in matches.items() if not names]
    return {name: None for names in matches.values() for name in names}, unknown


def _resources(statement: Statement, names: Sequence[str]) -> list[str]:
    """Those that the actions take. A trust policy names none: it is about its role."""
    listed = [text.value for text in statement.resources]
    if EVERYTHING in listed or len(listed) < 2:
        return [EVERYTHING] if EVERYTHING in listed else listed
    kinds = {kind: None for name in names for kind in catalogue.resource_types(name)}
    fitting = [arn for arn in listed if any(catalogue.may_match(arn, kind) for kind in kinds)]
    return fitting or listed


# ---- Services --------------------------------------------------------------------------------------------------
def _services(found: Mapping[str, _ServiceActions]) -> tuple[ServiceAccess, ...]:
    services = [_service(prefix, each) for prefix, each in found.items()]
    return tuple(sorted(services, key=lambda service: (service.name.lower(), service.prefix)))


def _service(prefix: str, found: _ServiceActions) -> ServiceAccess:
    return ServiceAccess(
        prefix,
        catalogue.service_names()[prefix],
        tuple(_levels(prefix, found.actions)),
        (EVERYTHING,) if EVERYTHING in found.resources else tuple(sorted(found.resources)),
        tuple(sorted(found.excepts)),
        tuple(sorted(found.conditions)),
        found.is_conditional,
    )


def _levels(prefix: str, actions: set[str]) -> Iterator[LevelAccess]:
    for level, names in actions_by_level(prefix).items():
        granted = tuple(name for name in names if name in actions)
        if granted:
            yield LevelAccess(level, granted, len(granted) == len(names))


@cache
def actions_by_level(prefix: str) -> Mapping[AccessLevel, tuple[str, ...]]:
    """Of one that the catalogue has: its actions by their level, in AWS’s order of levels."""
    found: dict[AccessLevel, list[str]] = {level: [] for level in AccessLevel}
    for name in catalogue.actions_matching(f"{prefix}:*"):
        found[level_of(name)].append(name)
    return {level: tuple(names) for level, names in found.items() if names}


def level_of(name: str) -> AccessLevel:
    """One for each action: what tags or changes permissions writes, too, and is shown as the former."""
    levels = catalogue.access_levels(name)
    return next((level for level in levels if level is not AccessLevel.WRITE), AccessLevel.WRITE)
