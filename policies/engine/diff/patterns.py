"""Patterns as automata: single characters to step over, and places where one may loop.

Says the same as policies/engine/matching.py, in the form in which patterns can be compared with one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from policies.engine.matching import Token, Wild, arn_parts
from policies.engine.variables import Part, Variable

_PARTS = 6


class Kind(Enum):
    """Characters that aren't listed one by one. Symbols stand for texts, so that no single step takes them."""

    CHARACTER = "any"
    BUT_COLON = "any but a colon"


Step = str | Kind  # the characters that it takes, or nearly all


@dataclass(frozen=True)
class Pattern:
    """`loops[i]`: what may be read any number of times before `steps[i]`, or at the end."""

    steps: tuple[Step, ...]
    loops: tuple[Kind | None, ...]


EVERYTHING = Pattern((), (Kind.CHARACTER,))
_SYMBOLS = range(0xF0000, 0xFFFFE)  # a private plane of Unicode: in place of variables


def is_symbol(character: str) -> bool:
    return ord(character) in _SYMBOLS


def symbol(number: int) -> str:
    return chr(_SYMBOLS[number])


def text_pattern(tokens: Sequence[Token]) -> Pattern:
    """`*` and `?` take every character."""
    return _pattern([(token, Kind.CHARACTER) for token in tokens])


def folded_pattern(text: str) -> Pattern:
    """Upper and lower case are the same."""
    steps = ("".join({each for each in (one, one.lower(), one.upper()) if len(each) == 1}) for one in text)
    return Pattern(tuple(steps), (None,) * (len(text) + 1))


def arn_pattern(tokens: Sequence[Token]) -> Pattern:
    """Part by part, where it is an ARN's."""
    if not (tokens and isinstance(tokens[0], str) and tokens[0].startswith("arn:")):
        return text_pattern(tokens)
    found: list[tuple[Token, Kind]] = []
    for number, part in enumerate(arn_parts(tokens)):
        if number:
            found.append((":", Kind.CHARACTER))
        wild = Kind.CHARACTER if number == _PARTS - 1 else Kind.BUT_COLON
        found += [(token, wild) for token in part]
    return _pattern(found)


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


def _pattern(tokens: Sequence[tuple[Token, Kind]]) -> Pattern:
    steps: list[Step] = []
    loops: list[Kind | None] = [None]
    for token, wild in tokens:
        if token is Wild.ANY:
            loops[-1] = wild
            continue
        found: Sequence[Step] = token if isinstance(token, str) else (wild,)
        steps += found
        loops += [None] * len(found)
    return Pattern(tuple(steps), tuple(loops))
