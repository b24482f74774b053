"""Patterns as automata: single characters to step over, and places where one may loop.

Says the same as policies/engine/matching.py, in the form in which patterns can be compared with one another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from policies.engine.matching import LAST_PART, Token, Wildcard, arn_parts, steps_of_resource, written_parts
from policies.engine.variables import Part, Variable

_PARTS = 6


class CharacterClass(Enum):
    """Characters that aren't listed one by one. Symbols stand for texts, so that no single step takes them."""

    CHARACTER = "any"
    BUT_COLON = "any but a colon"


Step = str | CharacterClass  # the characters that it takes, or nearly all


@dataclass(frozen=True)
class Pattern:
    """`loops[i]`: what may be read any number of times before `steps[i]`, or at the end."""

    steps: tuple[Step, ...]
    loops: tuple[CharacterClass | None, ...]
    others: tuple[Pattern, ...] = ()  # what one of these matches, it matches, too


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
