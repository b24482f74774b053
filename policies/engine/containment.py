"""Containment of resource patterns: whether one lies within another, apart from it, or overlaps it.

Decided by running the patterns side by side (policies/engine/diff/cells.py), which is proof, within a bounded number of
steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from policies.engine import variables
from policies.engine.compiled import CompiledStatement, resource_parts
from policies.engine.diff.budget import Budget, BudgetExceededError
from policies.engine.diff.cells import cells, resource_pattern
from policies.engine.matching import Token, Wildcard, resource_glob
from policies.engine.variables import Lookup

_Patterns = tuple[tuple[Token, ...], ...]
_STEPS = 5_000  # a few milliseconds


class Relation(Enum):
    WITHIN = "within"
    PARTLY = "partly"
    APART = "apart"
    UNKNOWN = "unknown"  # it depends on a variable, or takes too long to find out


@dataclass(frozen=True)
class ResourceSet:
    """What any of the patterns means; with `is_not`, all but that. `is_open`: a variable in one stands for anything."""

    patterns: _Patterns
    is_not: bool = False
    is_open: bool = False

    @property
    def is_everything(self) -> bool:
        if self.is_not:
            return not self.patterns
        return not self.is_open and any(_is_every(pattern) for pattern in self.patterns)

    def relation(self, other: ResourceSet) -> Relation:
        """How they lie to the other ones."""
        if other.is_everything:
            return Relation.WITHIN
        if (self.is_not and self.is_open) or (other.is_not and other.is_open):
            return Relation.UNKNOWN
        found = _relation(self.patterns, self.is_not, other.patterns, other.is_not)
        trusted = found is Relation.APART or (found is Relation.WITHIN and not other.is_open)
        return found if trusted or not (self.is_open or other.is_open) else Relation.UNKNOWN


def resources_of(statement: CompiledStatement, lookup: Lookup) -> ResourceSet:
    """All that a statement names."""
    found = [each for each in map(_resolver(statement, lookup), statement.resources.patterns) if each]
    return ResourceSet(
        tuple(pattern for pattern, _ in found), statement.not_resources, any(is_open for _, is_open in found)
    )


def one_by_one(statement: CompiledStatement, lookup: Lookup) -> list[tuple[str, ResourceSet]]:
    """Each pattern that a statement names, as it is written; of one with NotResource, all together."""
    if statement.not_resources:
        return [(", ".join(statement.resources.patterns), resources_of(statement, lookup))]
    resolve = _resolver(statement, lookup)
    found = ((text, resolve(text)) for text in statement.resources.patterns)
    return [(text, ResourceSet((each[0],), is_open=each[1])) for text, each in found if each]


def together(many: Iterable[ResourceSet]) -> ResourceSet:
    """Of what isn't all but something."""
    found = list(many)
    return ResourceSet(
        tuple(pattern for each in found for pattern in each.patterns), is_open=any(each.is_open for each in found)
    )


def _resolver(statement: CompiledStatement, lookup: Lookup) -> Callable[[str], tuple[tuple[Token, ...], bool] | None]:
    """Gives None for a pattern that matches nothing, since a variable in it has no value."""

    def resolve(text: str) -> tuple[tuple[Token, ...], bool] | None:
        parts = resource_parts(text, bool(statement.resources.keys))
        pattern = variables.resolved(parts, lookup)
        if pattern is None:
            return None
        escaped = "${" in text and not statement.resources.keys  # a literal star, maybe
        return tuple(pattern), escaped or variables.is_open(parts, lookup)

    return resolve


def _is_every(pattern: tuple[Token, ...]) -> bool:
    glob = resource_glob(pattern)
    return glob.is_any or glob.is_every_arn


@lru_cache(maxsize=8192)
def _relation(ours: _Patterns, ours_is_not: bool, theirs: _Patterns, theirs_is_not: bool) -> Relation:
    if not ours_is_not and (found := _at_sight(ours, theirs)):
        return _OPPOSITES[found] if theirs_is_not else found
    every = (Wildcard.ANY,)
    patterns = [resource_pattern(pattern) for pattern in (every, *ours, *theirs)]
    try:
        vectors = cells(patterns, Budget(_STEPS), within=1 if len(ours) == 1 and not ours_is_not else None)
    except BudgetExceededError:
        return Relation.UNKNOWN
    return _judged([vector >> 1 for vector in vectors], len(ours), ours_is_not, theirs_is_not)


_OPPOSITES = {Relation.WITHIN: Relation.APART, Relation.APART: Relation.WITHIN}


def _at_sight(ours: _Patterns, theirs: _Patterns) -> Relation | None:
    """Where there is no need to run them: texts without wildcards, and patterns that begin differently."""
    if set(ours) <= set(theirs):
        return Relation.WITHIN
    near = [(one, other) for one in ours for other in theirs if not _begin_differently(one, other)]
    if not near:
        return Relation.APART
    if len(ours) > 1 or not all(isinstance(token, str) for token in ours[0]):
        return None
    text = "".join(map(str, ours[0]))
    return Relation.WITHIN if any(resource_glob(other).matches(text) for _, other in near) else Relation.APART


def _begin_differently(one: tuple[Token, ...], other: tuple[Token, ...]) -> bool:
    heads = [_head(one), _head(other)]
    shorter = min(map(len, heads))
    return heads[0][:shorter] != heads[1][:shorter]


def _head(pattern: tuple[Token, ...]) -> str:
    """What it begins with, before any wildcard."""
    texts: list[str] = []
    for token in pattern:
        if not isinstance(token, str):
            break
        texts.append(token)
    return "".join(texts)


def _judged(vectors: Sequence[int], count: int, ours_is_not: bool, theirs_is_not: bool) -> Relation:
    mask = (1 << count) - 1
    of_ours = [vector for vector in vectors if bool(vector & mask) is not ours_is_not]
    both = sum(1 for vector in of_ours if bool(vector >> count) is not theirs_is_not)
    if not both:
        return Relation.APART
    return Relation.WITHIN if both == len(of_ours) else Relation.PARTLY
