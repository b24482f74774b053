"""Finds all combinations of patterns that one text can match at once, each with such a text.

Patterns are run side by side as one automaton over sets of places (the subset construction), breadth first. Of the
characters that no pattern names, one stands for all. What comes out is complete: for every text there is is a cell.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache
from itertools import chain

from policies.engine.diff.budget import Budget, BudgetExceededError
from policies.engine.matching import LAST_PART, Token, Wildcard, arn_parts, steps_of_resource, written_parts
from policies.engine.variables import Part, Variable

# ---- Patterns as automata: single characters to step over, and places where one may loop ---------------------
_PARTS = 6


class CharacterClass(Enum):
    """Characters that aren't listed one by one. Symbols stand for texts, so that no single step takes them."""

    CHARACTER = "any"
    BUT_COLON = "any but a colon"

    __hash__ = object.__hash__  # that of Enum hashes the name, each time


Step = str | CharacterClass  # the characters that it takes, or nearly all


@dataclass(frozen=True)
class Pattern:
    """`loops[i]`: what may be read any number of times before `steps[i]`, or at the end."""

    steps: tuple[Step, ...]
    loops: tuple[CharacterClass | None, ...]
    others: tuple[Pattern, ...] = ()  # what one of these matches, it matches, too

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.steps, self.loops, self.others))


EVERYTHING = Pattern((), (CharacterClass.CHARACTER,))
_SYMBOLS = range(0xF0000, 0xFFFFE)  # a private plane of Unicode: in place of variables


def is_symbol(character: str) -> bool:
    return ord(character) in _SYMBOLS


def symbol(number: int) -> str:
    return chr(_SYMBOLS[number])


def text_pattern(tokens: Sequence[Token]) -> Pattern:
    """`*` and `?` take every character."""
    return _pattern([(token, CharacterClass.CHARACTER) for token in tokens])


def folded_pattern(text: str) -> Pattern:
    """Upper and lower case are the same."""
    steps = ("".join({each for each in (one, one.lower(), one.upper()) if len(each) == 1}) for one in text)
    return Pattern(tuple(steps), (None,) * (len(text) + 1))


def arn_pattern(tokens: Sequence[Token]) -> Pattern:
    """Part by part, where it is an ARN's."""
    if not (tokens and isinstance(tokens[0], str) and tokens[0].startswith("arn:")):
        return text_pattern(tokens)
    found: list[tuple[Token, CharacterClass]] = []
    for number, part in enumerate(arn_parts(tokens)):
        if number:
            found.append((":", CharacterClass.CHARACTER))
        wild = CharacterClass.CHARACTER if number == LAST_PART else CharacterClass.BUT_COLON
        found += [(token, wild) for token in part]
    return _pattern(found)


def resource_pattern(tokens: Sequence[Token]) -> Pattern:
    """Of a Resource element, where a `*` that ends a part runs over colons."""
    if not (tokens and isinstance(tokens[0], str) and tokens[0].startswith("arn:")):
        return text_pattern(tokens)
    written = written_parts(tokens)
    lacking = _PARTS - len(written)
    found = [list(steps_of_resource(arn_parts(tokens)))]
    if lacking:
        found += _spread(list(steps_of_resource(written)), lacking)
    first, *others = dict.fromkeys(map(_pattern_of_resource, found))
    return Pattern(first.steps, first.loops, tuple(others))


_Steps = list[tuple[Token, bool]]


def _spread(steps: _Steps, colons: int) -> Iterator[_Steps]:
    """The ways in which stars that run over colons can take so many of them, or more."""
    place = next((place for place, step in enumerate(steps) if step == (Wildcard.ANY, True)), None)
    if place is None:
        if not colons:
            yield steps
        return
    for taken in range(colons + 1):
        more: _Steps = [(":", True), (Wildcard.ANY, True)]
        star: _Steps = [(Wildcard.ANY, True), *more * taken]
        for rest in _spread(steps[place + 1 :], colons - taken):
            yield [*steps[:place], *star, *rest]


def _pattern_of_resource(steps: _Steps) -> Pattern:
    return _pattern(
        [(token, CharacterClass.CHARACTER if takes_colon else CharacterClass.BUT_COLON) for token, takes_colon in steps]
    )


def is_plain_arn(parts: Sequence[Part]) -> bool:
    """Whether variables, if any, stand in the last part of an ARN: only then is it clear which part is which."""
    if not (parts and isinstance(parts[0], str) and parts[0].startswith("arn:")):
        return False
    colons = 0
    for part in parts:
        if isinstance(part, Variable):
            return colons >= _PARTS - 1
        colons += part.count(":") if isinstance(part, str) else 0
    return True


def _pattern(tokens: Sequence[tuple[Token, CharacterClass]]) -> Pattern:
    steps: list[Step] = []
    loops: list[CharacterClass | None] = [None]
    for token, wild in tokens:
        if token is Wildcard.ANY:
            loops[-1] = wild
            continue
        found: Sequence[Step] = token if isinstance(token, str) else (wild,)
        steps += found
        loops += [None] * len(found)
    return Pattern(tuple(steps), tuple(loops))


_MOST_PLACES = 20_000
_MOST_KEPT_PLACES, _MOST_KEPT_CELLS, _KEPT = 2_000, 200, 512  # of automata that several questions share
Cells = dict[int, str]  # which patterns match (one bit each), and a text which they match


def cells(
    patterns: Sequence[Pattern], budget: Budget, *, within: int | None = None, alike: Sequence[Hashable] = ()
) -> Cells:
    """`within`: only texts which this one of the patterns matches. `alike`: where it says the same of several patterns,
    it is enough to know one of them that matches. Raises BudgetExceededError.
    """
    return automaton(patterns, budget, alike).cells(budget, [] if within is None else [(within,)])


def automaton(patterns: Sequence[Pattern], budget: Budget, alike: Sequence[Hashable] = ()) -> Automaton:
    """Of the patterns, side by side. Raises BudgetExceededError."""
    _places_within(patterns, budget)
    return Automaton(patterns, alike or range(len(patterns)))


def kept_automaton(patterns: Sequence[Pattern], budget: Budget, alike: Sequence[Hashable]) -> Automaton:
    """The same, but for equal patterns one that is there may come again, with the cells that it has found.

    Principals share documents, so that the same patterns meet in many questions. All of it costs the budget what it
    cost at first: what is too much doesn't hang on who asked before.
    """
    if _places_within(patterns, budget) > _MOST_KEPT_PLACES:
        return Automaton(patterns, alike)
    groups: dict[Hashable, int] = {}
    return _kept(tuple(patterns), tuple(groups.setdefault(group, len(groups)) for group in alike))


@lru_cache(maxsize=_KEPT)
def _kept(patterns: tuple[Pattern, ...], alike: tuple[int, ...]) -> Automaton:
    return Automaton(patterns, alike)


def _places_within(patterns: Sequence[Pattern], budget: Budget) -> int:
    places = sum(len(one.loops) for pattern in patterns for one in (pattern, *pattern.others))
    budget.spend(places)
    if places > _MOST_PLACES:
        raise BudgetExceededError
    return places


class Automaton:
    """Each place in each pattern is a bit; the bits of a pattern follow one another, and a step moves one up.

    Nothing in it changes, but for what it remembers: threads may share it.
    """

    def __init__(self, patterns: Sequence[Pattern], alike: Sequence[Hashable]) -> None:
        self._steps: dict[str | CharacterClass, int] = {}
        self._loops: dict[CharacterClass, int] = {}
        self._named: dict[int, str] = {}  # the characters that a place takes, by its bit's number
        self._first = self._last = self._looping = 0
        self._accepts: dict[int, int] = {}  # pattern by the number of its last bit
        self._own: list[int] = []
        self._moves: dict[str, tuple[int, int]] = {}  # by character: what steps, and what stays
        self._found: dict[Hashable, tuple[int, Cells]] = {}  # with the steps that it took
        at = 0
        for number, pattern in enumerate(patterns):
            begin = at
            for one in (pattern, *pattern.others):
                self._add(one, at)
                end = at + len(one.steps)
                self._first |= 1 << at
                self._last |= 1 << end
                self._looping |= 1 << end if one.loops[-1] is CharacterClass.CHARACTER else 0
                self._accepts[end] = number
                at = end + 1
            self._own.append((1 << at) - (1 << begin))
        self._settle(alike)
        self._named_places = sum(1 << place for place in self._named)
        self._cost = 1 + at // 2000
        named = {character for step in self._steps if isinstance(step, str) for character in step}
        self._other = next(c for c in map(chr, chain(range(ord("a"), 0x3000))) if c not in named and c != ":")

    def _settle(self, alike: Sequence[Hashable]) -> None:
        """Where a text has matched whatever follows, the patterns that are alike have nothing more to say."""
        self._settled = 0
        groups: dict[Hashable, tuple[int, int]] = {}
        for own, group in zip(self._own, alike, strict=True):
            end = own & self._looping
            ends, whole = groups.get(group, (0, 0))
            groups[group] = (ends | end, whole | own)
            self._settled |= end
        self._groups = [each for each in groups.values() if each[0]]

    def _add(self, pattern: Pattern, at: int) -> None:
        for place, step in enumerate(pattern.steps, at):
            for key in [step] if isinstance(step, CharacterClass) else step:
                self._steps[key] = self._steps.get(key, 0) | 1 << place
            if isinstance(step, str):
                self._named[place] = step
        for place, loop in enumerate(pattern.loops, at):
            if loop is not None:
                self._loops[loop] = self._loops.get(loop, 0) | 1 << place

    def state_after(self, text: str, state: int | None = None) -> int:
        """Where the patterns have got to when they have read the text, from the beginning or from a state on."""
        found = self._first if state is None else state
        for character in text:
            found = self._after(found, character)
        return found

    def may_match(self, state: int, places: int) -> bool:
        """Whether one of the patterns at these places (one bit each) may still match from here on."""
        return any(state & self._own[place] for place in _bits(places))

    def cells(self, budget: Budget, within: Sequence[Collection[int]] = (), first: int | None = None) -> Cells:
        """`within`: only texts which of each of these one pattern matches. `first`: the state to begin in."""
        begin = self._first if first is None else first
        key = (begin, tuple(map(tuple, within)))
        known = self._found.get(key)
        if known is not None:
            budget.spend(known[0])
            return known[1]
        before = budget.left
        found = self._cells(budget, within, begin)
        if len(self._found) < _MOST_KEPT_CELLS and len(found) < _MOST_KEPT_CELLS:
            self._found[key] = (before - budget.left, found)
        return found

    def _cells(self, budget: Budget, within: Sequence[Collection[int]], begin: int) -> Cells:
        alive = [sum(self._own[place] for place in places) for places in within]
        wanted = [sum(1 << place for place in places) for places in within]
        before: dict[int, tuple[int, str]] = {begin: (0, "")}
        found: dict[int, int] = {}
        waiting = [begin]
        for state in waiting:  # it grows meanwhile
            vector = self._vector(state)
            if all(vector & each for each in wanted):
                found.setdefault(vector, state)
            for character in self._characters(state):
                budget.spend(self._cost)
                after = self._after(state, character)
                if after not in before and all(after & own for own in alive):
                    before[after] = (state, character)
                    waiting.append(after)
        return {vector: _text(before, state, begin) for vector, state in found.items()}

    def _vector(self, state: int) -> int:
        found = 0
        for place in _bits(state & self._last):
            found |= 1 << self._accepts[place]
        return found

    def _characters(self, state: int) -> Iterable[str]:
        """One of each kind that the places of this state tell apart; what no pattern names first."""
        found = {self._other: None}
        for place in _bits(state & self._named_places):
            found |= dict.fromkeys(self._named[place])
        return found if ":" in found else [*found, ":"]

    def _after(self, state: int, character: str) -> int:
        move = self._moves.get(character)
        if move is None:
            move = self._moves[character] = self._move(character)
        after = (state & move[0]) << 1 | state & move[1]
        if after & self._settled:
            for ends, whole in self._groups:
                if after & ends:
                    after = after & ~whole | ((after & ends) & -(after & ends))
        return after

    def _move(self, character: str) -> tuple[int, int]:
        steps = self._steps.get(character, 0)
        loops = self._loops.get(CharacterClass.CHARACTER, 0)
        if not is_symbol(character):
            steps |= self._steps.get(CharacterClass.CHARACTER, 0)
            if character != ":":
                steps |= self._steps.get(CharacterClass.BUT_COLON, 0)
                loops |= self._loops.get(CharacterClass.BUT_COLON, 0)
        return steps, loops


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _text(before: dict[int, tuple[int, str]], state: int, first: int) -> str:
    found: list[str] = []
    while state != first:
        state, character = before[state]
        found.append(character)
    return "".join(reversed(found))
