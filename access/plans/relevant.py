"""What of somebody's documents bears on a difference: the statements about actions that the difference is about.

Whether an action is allowed is a matter of the statements about it alone. So two combinations of documents differ as
those statements of them do, and principals whose other documents say nothing of these actions are all alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from access.plans.control_policies import ControlLimits
from access.plans.holdings import NOTHING, Combination
from policies.engine.document import compact
from policies.engine.matching import Glob, meet, tokens
from policies.engine.statements import PolicyDocument, Statement, document_in

Patterns = frozenset[str]  # of actions, in lower case
_MOST_PLACES = 50_000  # of longer patterns it isn't looked whether they have an action in common


def changed_actions(before: Iterable[str], after: Iterable[str]) -> Patterns | None:
    """Patterns of all actions of which the texts may say something else; None: of any action."""
    had, has = _statements(before), _statements(after)
    changed = [statement for key, statement in {**had, **has}.items() if (key in had) is not (key in has)]
    if any(statement.has("NotAction") for statement in changed):
        return None
    return frozenset(pattern.lower() for statement in changed for pattern in statement.action_words)


def _statements(texts: Iterable[str]) -> dict[tuple[bool, str], Statement]:
    """By what each says; its Sid says nothing."""
    return {key: each for text in texts for key, each in _keyed(text)}


@lru_cache(maxsize=512)
def _keyed(text: str) -> Sequence[tuple[tuple[bool, str], Statement]]:
    document = document_in(text)
    return [((document.with_variables, _said(each)), each) for each in document.statements]


def _said(statement: Statement) -> str:
    return compact({name: value for name, value in statement.written.items() if name != "Sid"})


class RelevantStatements:
    """Remembers what is left of each text."""

    def __init__(self) -> None:
        self._left: dict[Patterns, _Left] = {}
        self._actions: dict[tuple[frozenset[str], frozenset[str]], Patterns | None] = {}

    def pair(self, before: Combination, after: Combination) -> tuple[Combination, Combination]:
        """Both with only what tells them apart, or bears on it."""
        if before.tags != after.tags or (before.boundary is None) is not (after.boundary is None):
            return before, after
        patterns = self._changed(before.documents, after.documents)
        if patterns is not None and before.limits != after.limits:
            of_limits = self._of_limits(before.limits, after.limits)
            patterns = None if of_limits is None else patterns | of_limits
        if patterns is not None and before.boundary != after.boundary:
            limits = self._changed(frozenset({before.boundary or ""}), frozenset({after.boundary or ""}))
            patterns = None if limits is None else patterns | limits
        if patterns is None:
            return before, after
        return self._reduced(before, patterns), self._reduced(after, patterns)

    def _of_limits(self, before: ControlLimits, after: ControlLimits) -> Patterns | None:
        """A level that allows something else may take or give any action."""
        if before.levels != after.levels:
            return None
        found: Patterns = frozenset()
        for had, has in ((before.denials, after.denials), (before.on_resources, after.on_resources)):
            changed = self._changed(had, has)
            if changed is None:
                return None
            found |= changed
        return found

    def about(self, has: Combination, patterns: Patterns) -> Combination:
        """Only with what bears on these actions."""
        return self._reduced(has, patterns)

    def _changed(self, before: frozenset[str], after: frozenset[str]) -> Patterns | None:
        key = before - after, after - before
        if key not in self._actions:
            self._actions[key] = changed_actions(*key)
        return self._actions[key]

    def _reduced(self, has: Combination, patterns: Patterns) -> Combination:
        left = self._left.setdefault(patterns, _Left(patterns))
        return Combination(
            frozenset(map(left.__getitem__, has.documents)) - _EMPTY,
            None if has.boundary is None else left[has.boundary],
            has.lacks,
            has.tags,
            has.exists,
            left.of_limits(has.limits),
        )


_EMPTY = frozenset({NOTHING})


class _Left(dict[str, str]):
    """By its text, what is left of a document."""

    def __init__(self, patterns: Patterns) -> None:
        super().__init__()
        self._patterns = patterns
        self._limits: dict[ControlLimits, ControlLimits] = {}

    def of_limits(self, limits: ControlLimits) -> ControlLimits:
        if limits not in self._limits:
            self._limits[limits] = limits.read(self.__getitem__, NOTHING)
        return self._limits[limits]

    def __missing__(self, text: str) -> str:
        document = document_in(text)
        kept = [each for each in document.statements if is_about(each, self._patterns)]
        self[text] = text if len(kept) == len(document.statements) else _written(document, kept)
        return self[text]


def _written(document: PolicyDocument, statements: Sequence[Statement]) -> str:
    if not statements:
        return NOTHING
    return compact({**document.written, "Statement": [each.written for each in statements]})


def is_about(statement: Statement, patterns: Patterns) -> bool:
    """Whether it may be about one of the actions."""
    if statement.has("NotAction"):
        return True
    return any(overlap(mine.lower(), its) for mine in statement.action_words for its in patterns)


@lru_cache(maxsize=32_768)
def overlap(one: str, other: str) -> bool:
    """Whether two patterns of actions have an action in common, or may have."""
    if one == other or "*" in (one, other):
        return True
    wild, its_wild = set("*?") & set(one), set("*?") & set(other)
    if not wild and not its_wild:
        return False
    if not wild or not its_wild:
        pattern, name = (one, other) if wild else (other, one)
        return Glob(tokens(pattern)).matches(name)
    if len(one) * len(other) > _MOST_PLACES:
        return True
    mine, its = (each.partition(":")[0] for each in (one, other))
    if mine != its and not set("*?") & set(mine + its):
        return False
    return meet(one, other) is not None
