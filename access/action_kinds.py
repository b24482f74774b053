"""Of a pattern of actions, which to ask about: one of each kind that no policy tells apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from access.resource_policies import is_bound_by_rcps
from policies.engine import catalogue
from policies.engine.compiled import ActionPatterns, CompiledStatement
from policies.engine.matching import meet

# Most of them no policy tells apart: of each such kind one is asked about, in place of all.
# AWS has rules of its own for some actions of these services (policies/engine/evaluate.py).
_ONE_BY_ONE = ("iam:", "sts:")


@dataclass(frozen=True)
class Expansion:
    """`kinds`: an action of each. `of_pattern`: those that a pattern of the policies (in lower case) matches."""

    kinds: frozenset[str]
    of_pattern: Mapping[str, frozenset[str]]

    def of(self, statement: CompiledStatement) -> frozenset[str]:
        """The kinds that the statement is about."""
        patterns = (self.of_pattern[pattern.lower()] for pattern in statement.actions.patterns)
        named = frozenset[str]().union(*patterns)
        return self.kinds - named if statement.not_actions else named


def expansion(asked: str, patterns: Iterable[str], resource: str) -> Expansion:
    """Of those that may be asked for on the resource. `patterns`: all that policies have, in lower case."""
    matched = {pattern: catalogue.actions_matching(pattern) for pattern in patterns}
    names = _asked_for(asked, resource)
    services = {_service_of(name) for name in names}  # what no catalogue has yet is of one of these
    unknown = {
        name
        for pattern, known in matched.items()
        if not known and (name := meet(asked.lower(), pattern)) and (resource == "*" or _service_of(name) in services)
    }
    described: dict[str, list[int]] = {name: [] for name in (*names, *unknown)}
    by_pattern: dict[str, list[str]] = {}
    for number, (pattern, known) in enumerate(matched.items()):
        among = ActionPatterns((pattern,))
        by_pattern[pattern] = [name for name in known if name in names] + [name for name in unknown if name in among]
        for name in by_pattern[pattern]:
            described[name].append(number)
    kinds: dict[object, list[str]] = defaultdict(list)
    for name, numbers in described.items():
        kinds[(*numbers, _by_itself(name))].append(name)
    instead = {name: found for alike in kinds.values() for found in [_one_of(alike, resource)] for name in alike}
    return Expansion(
        frozenset(instead.values()),
        {pattern: frozenset(instead[name] for name in known) for pattern, known in by_pattern.items()},
    )


def _service_of(name: str) -> str:
    return name.partition(":")[0].lower()


@lru_cache(maxsize=256)
def _asked_for(pattern: str, resource: str) -> Mapping[str, None]:
    """The actions that a pattern means, of one resource those that take it; all where none of them surely does."""
    names = catalogue.actions_matching(pattern)
    if resource == "*":
        return dict.fromkeys(names)
    taking = [name for name in names if _takes(name, resource)]
    is_sure = any(catalogue.resource_types(name) for name in taking)
    return dict.fromkeys(taking if is_sure else names)


def _takes(name: str, resource: str) -> bool:
    if catalogue.takes_no_resource(name):
        partition = resource.partition("arn:")[2].partition(":")[0]
        return catalogue.asked_on(name, partition) == resource
    return any(catalogue.may_match(resource, kind) for kind in catalogue.resource_types(name))


def _by_itself(name: str) -> object:
    """What AWS asks of an action beside the patterns that match it."""
    lowered = name.lower()
    alone = lowered if lowered.startswith(_ONE_BY_ONE) else ""
    return alone, is_bound_by_rcps(lowered), catalogue.asked_on(lowered)


def _one_of(names: list[str], resource: str) -> str:
    takes = (name for name in names for kind in catalogue.resource_types(name) if catalogue.may_match(resource, kind))
    return next(takes, names[0])
