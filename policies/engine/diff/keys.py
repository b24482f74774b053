"""Into which cells requests fall by the tests that statements have for one context key.

A cell is a set of the tests that hold (one bit each). For a key with one value that is a matter of the value; with
several, of which kinds of values are among them.
"""

from __future__ import annotations

from collections.abc import Sequence

from policies.engine.diff.budget import Budget
from policies.engine.diff.terms import AnyTest
from policies.engine.diff.values import ConditionValue, ValueQuestion, World, value_cells


def key_cells(key: str, tests: Sequence[AnyTest], world: World | None, budget: Budget, *, has_many: bool) -> set[int]:
    """`has_many`: the key may have several values, or an empty list. Raises BudgetExceededError."""
    wanted = list(dict.fromkeys(each for test in tests for each in test.wanted))
    absent = _bits([test.holds_without(is_there=False) for test in tests])
    if world is not None and key in world:
        value = world[key]
        return {absent if value is None else _bits(_outcomes(tests, wanted, _matching(wanted, value, world)))}
    alike = [frozenset(test for test in tests if each in test.wanted) for each in wanted]
    outcomes = [_outcomes(tests, wanted, vector) for vector in value_cells(ValueQuestion(wanted, alike), world, budget)]
    budget.spend(len(outcomes) * len(tests))
    if not has_many:
        return {absent, *map(_bits, outcomes)}
    empty = _bits([test.holds_without(is_there=True) for test in tests])
    return {absent, empty, *_of_several(tests, outcomes, budget)}


def _matching(wanted: Sequence[ConditionValue], value: str, world: World) -> int:
    return _bits([each.matches(value, world) for each in wanted])


def _outcomes(tests: Sequence[AnyTest], wanted: Sequence[ConditionValue], vector: int) -> list[bool]:
    """Which tests hold for a value that matches those of the vector."""
    matching = {each for place, each in enumerate(wanted) if vector >> place & 1}
    return [test.holds_for(not matching.isdisjoint(test.wanted)) for test in tests]


def _of_several(tests: Sequence[AnyTest], outcomes: Sequence[Sequence[bool]], budget: Budget) -> set[int]:
    """A test needs one value that holds, or fails for one that doesn't: either way it is a matter of what is there."""
    flipped = _bits([test.needs_all for test in tests])
    single = {_bits(each) ^ flipped for each in outcomes}
    found = set(single)
    waiting = list(single)
    for one in waiting:  # it grows meanwhile
        budget.spend(len(single))
        for other in single:
            both = one | other
            if both not in found:
                found.add(both)
                waiting.append(both)
    return {each ^ flipped for each in found}


def _bits(answers: Sequence[bool]) -> int:
    return sum(1 << place for place, answer in enumerate(answers) if answer)
