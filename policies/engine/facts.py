"""The context of a request: the values that are known, and which other keys may be present."""

from __future__ import annotations

from collections.abc import Callable

from policies.engine.compiled import CompiledStatement
from policies.engine.conditions import Context, Values
from policies.engine.truth import NO, UNKNOWN, Truth, UnknownType


class Facts:
    """`missing` collects the keys that were asked for and aren't there."""

    __slots__ = ("_context", "_is_unknown", "missing", "values_of")

    def __init__(self, context: Context, is_unknown: Callable[[str], bool] | None) -> None:
        self._context = context
        self._is_unknown = is_unknown
        self.missing: set[str] = set()
        self.values_of: Callable[[str], Values] = context.get if is_unknown is None else self._known

    def applies(self, statement: CompiledStatement, resource: str) -> Truth:
        """Whether a statement about the action is about the resource, too, and its conditions hold."""
        covers = statement.covers(resource, self.lookup)
        if covers is NO or not statement.tests:
            return covers
        self.missing |= statement.missing(self._context)
        return min(covers, statement.holds(self.values_of, self.lookup))

    def depends_on(self, statement: CompiledStatement, resource: str) -> tuple[str, ...]:
        """The keys that would say whether it applies."""
        return tuple(sorted(statement.depends_on(resource, self.values_of, self.lookup)))

    def _known(self, key: str) -> Values:
        values = self._context.get(key)
        return UNKNOWN if values is None and self._is_unknown is not None and self._is_unknown(key) else values

    def lookup(self, key: str) -> str | UnknownType | None:
        """For variables: only keys with one value have one to put there."""
        values = self.values_of(key)
        if values is UNKNOWN:
            return UNKNOWN
        if not values:
            self.missing.add(key)
            return None
        return values[0] if len(values) == 1 else None
