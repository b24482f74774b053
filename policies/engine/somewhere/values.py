"""Values of a condition key: one of each kind that the conditions of some statements tell apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from policies.engine import catalogue, variables
from policies.engine.compiled import CompiledStatement
from policies.engine.conditions import ComparedType, ConditionTest
from policies.engine.diff.budget import Budget
from policies.engine.diff.values import ConditionValue, ValueQuestion, value_cells
from policies.engine.layers import Facts
from policies.engine.matching import Wildcard
from policies.engine.regions import is_region, of_partition
from policies.engine.somewhere.asked import REGION, REQUEST_TAG, SECURE_TRANSPORT, TAG_KEYS
from policies.engine.truth import UNKNOWN
from policies.engine.variables import Part, Variable

_ALWAYS_THERE = frozenset({REGION, SECURE_TRANSPORT})
Value = tuple[str, ...]  # of a key that isn't there: none
_MOST_APART = 6  # of more values only single ones, pairs and all together are tried for a key that may have several

_MOST_GAPS, _LONGEST = 4, 256  # of a pattern with variables, and of a text in which one looks for their values


class ConditionKeys:
    """The conditions of the statements that have a say, key by key."""

    def __init__(self, statements: Sequence[CompiledStatement], partition: str) -> None:
        self._statements = statements
        self._partition = partition
        self._tests: dict[str, list[ConditionTest]] = {}
        self._in_conditions: dict[str, list[tuple[str, Sequence[Part]]]] = {}  # by variable, with the key it stands by
        for test in (test for statement in statements for test in statement.tests):
            if isinstance(test, ConditionTest):
                self._tests.setdefault(test.key, []).append(test)
                for pattern in test.patterns:
                    for name in variables.keys(pattern):
                        self._in_conditions.setdefault(name, []).append((test.key, pattern))

    def tests_of(self, key: str) -> Sequence[ConditionTest]:
        return self._tests.get(key, ())

    def stands_for_anything(self, key: str) -> bool:
        """Whether patterns have it as a variable, so that more of its values may count than conditions tell apart."""
        in_resources = any(key in statement.resources.keys for statement in self._statements)
        return in_resources or key in self._in_conditions

    def constants_of(self, key: str) -> list[str]:
        return [text for test in self.tests_of(key) for text in test.constants]

    def values(self, key: str, facts: Facts, resource: str, budget: Budget) -> list[Value]:
        """Those first that policies name. Raises BudgetExceededError."""
        constants = set(self.constants_of(key))
        described = list(
            dict.fromkeys([*self._filling(key, facts, resource), *self._distinguishing(key, facts, budget)])
        )
        described = [text for text in described if key != REGION or is_region(text)]
        named = [text for text in described if text in constants]
        others = [text for text in described if text not in constants]
        found: list[Value] = [(text,) for text in named]
        found += [(text,) for text in others] if key in _ALWAYS_THERE else [(), *((text,) for text in others)]
        if any(test.is_about_several for test in self.tests_of(key)) or _has_several(key):
            sizes = range(2, len(described) + 1) if len(described) <= _MOST_APART else (2, len(described))
            found += [some for size in sizes for some in combinations(described, size)]
        return found

    def _distinguishing(self, key: str, facts: Facts, budget: Budget) -> Iterable[str]:
        if key == TAG_KEYS:
            yield from (name.removeprefix(REQUEST_TAG) for name in self._tests if name.startswith(REQUEST_TAG))
        if key == REGION:
            named = [text for text in self.constants_of(key) if is_region(text)]
            yield from _one_of_each([*named, *of_partition(self._partition)], list(self._wanted(key, facts)))
            return
        tests = self.tests_of(key)
        if tests and all(test.operator.compares is ComparedType.TRUTH for test in tests):
            yield from ("true", "false")
            return
        if not tests:  # only whether it is there, or a variable
            known = catalogue.condition_key(key)
            yield from ("true", "false") if known and known.type is catalogue.KeyType.BOOL else ("any",)
            return
        wanted = list(self._wanted(key, facts))
        yield from value_cells(ValueQuestion(wanted, wanted), {}, budget).values()

    def _wanted(self, key: str, facts: Facts) -> Iterator[ConditionValue]:
        """Of a variable whose value isn't known, whatever it may be."""
        for test in self.tests_of(key):
            for pattern in test.patterns:
                known = variables.resolved(pattern, facts.lookup)
                if known is not None:
                    yield ConditionValue(test.operator.compares, test.operator.matcher, tuple(known))

    # ---- Variables: what a key has to be for a pattern with it to match -----------------------------------------
    def _filling(self, key: str, facts: Facts, resource: str) -> Iterator[str]:
        for statement in self._statements:
            if key in statement.resources.keys:
                for parts in statement.resources.parsed():
                    yield from _filled(parts, key, facts, resource)
        for other, pattern in self._in_conditions.get(key, ()):
            values = facts.values_of(other)
            for text in values if values is not UNKNOWN and values else ():
                yield from _filled(pattern, key, facts, text)


def _one_of_each(texts: Iterable[str], wanted: Sequence[ConditionValue]) -> Iterator[str]:
    seen: set[tuple[bool, ...]] = set()
    for text in texts:
        described = tuple(each.matches(text, {}) for each in wanted)
        if described not in seen:
            seen.add(described)
            yield text


def _filled(pattern: Sequence[Part], key: str, facts: Facts, text: str) -> Iterator[str]:
    """What stands in the text where the pattern has the key: as little, and as much, as may stand there."""
    gaps = sum(not isinstance(part, str) for part in pattern)
    if key not in variables.keys(pattern) or gaps > _MOST_GAPS or len(text) > _LONGEST:
        return
    for much in (".*?", ".*"):
        expression = "".join(_expression(part, key, facts, much) for part in pattern)
        if found := re.fullmatch(expression, text, re.DOTALL):
            yield found[1]


def _expression(part: Part, key: str, facts: Facts, much: str) -> str:
    if isinstance(part, Variable):
        if part.key == key:
            return f"({much})"
        value = facts.lookup(part.key)
        return ".*" if value is UNKNOWN else re.escape(value if value is not None else part.default or "")
    return {Wildcard.ANY: ".*", Wildcard.ONE: "."}[part] if isinstance(part, Wildcard) else re.escape(part)


def _has_several(key: str) -> bool:
    found = catalogue.condition_key(key)
    return found is not None and found.multivalued
