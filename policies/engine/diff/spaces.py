"""Whether terms leave anything of one another, decided over the cells into which they cut all requests.

A request has a resource, a caller and context keys, each on its own. Along each of them, terms cut what there is into
finitely many cells; a term is a box, so many cells along each. What remains of boxes without others is a search.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from enum import Enum
from itertools import islice, product

from policies.engine import catalogue
from policies.engine.diff.budget import Budget, BudgetExceededError
from policies.engine.diff.named import caller_cells, is_in
from policies.engine.diff.terms import EVERYONE, AnyTest, ResourceTerm, Term
from policies.engine.diff.values import ConditionValue, ValueQuestion, World, are_plain, value_cells
from policies.engine.matching import Wildcard
from policies.engine.variables import Part

_STEPS = 60_000  # for one question
_MOST_WORLDS = 24
_MOST_VALUES = 4  # of one variable
_UNHEARD_OF = "some-other-value"

Box = list[int]  # along each dimension the cells that are in it, one bit each


class Answer(Enum):
    NOTHING = 0
    SOMETHING = 1
    CANT_TELL = 2  # conditions or variables can't be compared
    TOO_MUCH = 3


class SpaceComparison:
    """Asks, and remembers the answers."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._answers: dict[tuple[frozenset[Term], frozenset[Term]], Answer] = {}

    def remains(self, common: Iterable[Term], without: Iterable[Term]) -> Answer:
        """What is in all of `common` and in none of `without`. Raises BudgetExceededError."""
        question = (frozenset(common), frozenset(without))
        if question not in self._answers:
            self._answers[question] = self._answer(*question)
        return self._answers[question]

    def meet(self, terms: Sequence[Term]) -> bool:
        """Whether they have something in common, or perhaps have."""
        return self.remains(terms, ()) is not Answer.NOTHING

    def _answer(self, common: frozenset[Term], without: frozenset[Term]) -> Answer:
        self._budget.spend(1 + len(without))
        if any(is_plainly_within(one, other) for one in common for other in without):
            return Answer.NOTHING
        near = [each for each in without if not any(begin_apart(one, each) for one in common)]
        budget = self._budget.part(_STEPS)
        try:
            return self._searched(list(common), near, budget)
        except BudgetExceededError:
            self._budget.spend(0)  # which raises, if there is nothing left for others
            return Answer.TOO_MUCH

    def _searched(self, common: Sequence[Term], without: Sequence[Term], budget: Budget) -> Answer:
        sample = _sample([*common, *without])
        if sample is not None and _Space(common, without, {}, budget, resource=sample).leaves_something():
            return Answer.SOMETHING
        space = _Space(common, without, None, budget)
        if not space.leaves_something():
            return Answer.NOTHING
        if space.is_plain:
            return Answer.SOMETHING
        for world in _worlds([*common, *without], budget):
            if _Space(common, without, world, budget).leaves_something():
                return Answer.SOMETHING
        return Answer.CANT_TELL


class _Space:
    def __init__(
        self,
        common: Sequence[Term],
        without: Sequence[Term],
        world: World | None,
        budget: Budget,
        *,
        resource: str | None = None,
    ) -> None:
        """`resource`: the only one to look at; all, unless said."""
        self._budget = budget
        self._world = world
        self._resource = resource
        terms = [*common, *without]
        boxes: list[Box] = [[] for _ in terms]
        self.is_plain = True
        for masks in self._dimensions(common, terms):
            for box, mask in zip(boxes, masks, strict=True):
                box.append(mask)
        self._common, self._without = boxes[: len(common)], boxes[len(common) :]

    def leaves_something(self) -> bool:
        whole = [_all_of(masks) for masks in zip(*self._common, strict=True)]
        return all(whole) and _is_left(whole, self._without, self._budget)

    # ---- Dimensions: of each term, the cells that are in it --------------------------------------------------
    def _dimensions(self, common: Sequence[Term], terms: Sequence[Term]) -> Iterator[list[int]]:
        yield self._resources(common, terms)
        if any(term.who for term in terms):
            yield self._callers(terms)
        for key in sorted({test.key for term in terms for test in term.tests}):
            yield self._key(key, terms)

    def _resources(self, common: Sequence[Term], terms: Sequence[Term]) -> list[int]:
        wanted = list(dict.fromkeys(each for term in terms for each in term.wanted))
        self.is_plain = self.is_plain and are_plain(wanted)
        found = self._resource_cells(common, terms[len(common) :], wanted)
        self._budget.spend(len(found) * len(terms))
        bits = {each: 1 << number for number, each in enumerate(wanted)}
        cells = {
            place: _cells_in(found, sum(bits[each] for each in place.wanted), negated=place.negated)
            for term in terms
            for place in term.places
        }
        return [_all_of(cells[place] for place in term.places) for term in terms]

    def _resource_cells(
        self, common: Sequence[Term], without: Sequence[Term], wanted: Sequence[ConditionValue]
    ) -> list[int]:
        if self._resource is not None:
            return [sum(1 << place for place, each in enumerate(wanted) if each.matches(self._resource, {}))]
        only = next((term.resources.only for term in common if term.resources.only), None)
        within = wanted.index(only) if only else None
        return list(
            value_cells(ValueQuestion(wanted, _roles(wanted, common, without), within), self._world, self._budget)
        )

    def _callers(self, terms: Sequence[Term]) -> list[int]:
        found = caller_cells(terms)
        self._budget.spend(len(found) * len(terms))
        return [_bits(is_in(term, cell) for cell in found) for term in terms]

    def _key(self, key: str, terms: Sequence[Term]) -> list[int]:
        tests = list(dict.fromkeys(test for term in terms for test in term.tests if test.key == key))
        self.is_plain = self.is_plain and are_plain(each for test in tests for each in test.wanted)
        has_many = any(test.quantifier.value for test in tests) or _has_several_values(key)
        found = key_cells(key, tests, self._world, self._budget, has_many=has_many)
        self._budget.spend(len(found) * len(terms))
        masks = [sum(1 << place for place, test in enumerate(tests) if test in term.tests) for term in terms]
        return [_bits(vector & mask == mask for vector in found) for mask in masks]


def _roles(wanted: Sequence[ConditionValue], common: Sequence[Term], without: Sequence[Term]) -> list[Hashable]:
    """What is left out to the same callers under the same conditions is left out, whichever of the patterns matches."""
    roles: dict[ConditionValue, set[Hashable]] = {each: set() for each in wanted}
    for term in common:
        for each in term.wanted:
            roles[each].add((term, each) if term.bounds else term)
    for term in without:
        for each in term.wanted:
            if term.bounds:
                roles[each].add((term, each))
            else:
                roles[each].add(term if term.resources.negated else (term.allows, term.who, term.tests))
    return [frozenset(each) for each in roles.values()]


def _cells_in(found: Sequence[int], mask: int, *, negated: bool) -> int:
    return _bits(bool(vector & mask) is not negated for vector in found)


def _is_left(whole: Box, without: Sequence[Box], budget: Budget) -> bool:
    """What of a box lies outside one of the others is cut off, piece by piece, and held against the rest of them."""
    waiting = [(whole, 0)]
    while waiting:
        box, first = waiting.pop()
        for number in range(first, len(without)):
            budget.spend()
            if all(mine & its for mine, its in zip(box, without[number], strict=True)):
                waiting += [(piece, number + 1) for piece in _outside(box, without[number])]
                break
        else:
            return True
    return False


def _outside(box: Box, other: Box) -> Iterator[Box]:
    inside = list(box)
    for dimension, its in enumerate(other):
        if outside := inside[dimension] & ~its:
            yield [*inside[:dimension], outside, *inside[dimension + 1 :]]
        inside[dimension] &= its


def _sample(terms: Sequence[Term]) -> str | None:
    """A resource of the first term that others hardly have: often it is enough to look at that one."""
    wanted = [each for term in terms for each in term.wanted]
    wanted += [each for term in terms for test in term.tests for each in test.wanted]
    if not all(each.is_fixed for each in wanted):
        return None
    only = terms[0].resources.only
    return "".join(_filled(part) for part in only.parts) if only else _UNHEARD_OF


def _filled(part: Part) -> str:
    if isinstance(part, str):
        return part
    return _UNHEARD_OF if part is Wildcard.ANY else _UNHEARD_OF[0]


# ---- Worlds --------------------------------------------------------------------------------------------------
def _worlds(terms: Sequence[Term], budget: Budget) -> Iterator[World]:
    """Some values for the variables: none, one that nobody names, and some that conditions tell apart."""
    tests = [test for term in terms for test in term.tests]
    keys = {key for term in terms for each in term.wanted for key in each.keys}
    keys |= {key for test in tests for each in test.wanted for key in each.keys}
    named = sorted(keys)
    values = [[*_values(key, tests, budget), None] for key in named]
    yield from (dict(zip(named, each, strict=True)) for each in islice(product(*values), _MOST_WORLDS))


def _values(key: str, tests: Sequence[AnyTest], budget: Budget) -> Iterator[str]:
    yield _UNHEARD_OF
    wanted = {each for test in tests if test.key == key for each in test.wanted}
    if wanted:
        fixed = [each for each in wanted if each.is_fixed]
        yield from islice(dict.fromkeys(value_cells(ValueQuestion(fixed, fixed), {}, budget).values()), _MOST_VALUES)


def _has_several_values(key: str) -> bool:
    found = catalogue.condition_key(key)
    return found is not None and found.multivalued


# ---- What is plain to see ------------------------------------------------------------------------------------
def is_plainly_within(one: Term, other: Term) -> bool:
    return (
        other.tests <= one.tests
        and (other.who is None or other.who == one.who or other.who == EVERYONE)
        and all(its in one.places or (its.only is not None and _is_star(its.only)) for its in other.places)
    )


def _is_star(wanted: ConditionValue) -> bool:
    return bool(wanted.parts) and all(part is Wildcard.ANY for part in wanted.parts)


def begin_apart(one: Term, other: Term) -> bool:
    return any(_places_begin_apart(mine, its) for mine in one.places for its in other.places)


def _places_begin_apart(one: ResourceTerm, other: ResourceTerm) -> bool:
    mine, its = one.only, other.only
    if mine is None or its is None:
        return False
    first, second = _beginning(mine), _beginning(its)
    return not (first.startswith(second) or second.startswith(first))


def _beginning(wanted: ConditionValue) -> str:
    """What stands before the first wildcard or variable."""
    return wanted.parts[0] if wanted.parts and isinstance(wanted.parts[0], str) else ""


def _all_of(masks: Iterable[int]) -> int:
    found = -1
    for mask in masks:
        found &= mask
    return found


def _bits(answers: Iterable[bool]) -> int:
    return sum(1 << place for place, answer in enumerate(answers) if answer)


# ---- Into which cells requests fall by the tests that statements have for one context key --------------------
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
