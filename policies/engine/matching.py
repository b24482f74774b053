"""Matches patterns with `*` and `?`, without exponential backtracking.

IAM User Guide, "IAM JSON policy elements: Resource" and, for ArnLike, "IAM JSON policy elements: Condition operators":
`*` is any text, `?` one character. In ArnLike neither crosses from one part of an ARN into the next, but in its last
part. In a Resource element a `*` that is the last character of its part "can expand to match beyond the colon
boundaries". An ARN with fewer parts has wildcards for those that it lacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from functools import lru_cache


class Wildcard(Enum):
    ANY = "*"
    ONE = "?"


Token = str | Wildcard  # a text that is meant literally, or a wildcard
_WILDCARDS = re.compile(r"([*?])")
_PARTS = 6
LAST_PART = _PARTS - 1  # its number


def tokens(pattern: str) -> list[Token]:
    """`*` and `?` are wildcards, all else is literal."""
    return [Wildcard(part) if part in ("*", "?") else part for part in _WILDCARDS.split(pattern) if part]


class Glob:
    """A pattern, compiled. Case matters."""

    __slots__ = ("_first", "_last", "_middle", "_only", "is_any")

    def __init__(self, pattern: Iterable[Token]) -> None:
        runs: list[list[Token]] = [[]]
        for token in pattern:
            if token is Wildcard.ANY:
                runs.append([])
            else:
                runs[-1].append(token)
        segments = [_Segment(run) for run in runs]
        self.is_any = len(segments) > 1 and not any(segment.length for segment in segments)
        self._only = segments[0] if len(segments) == 1 else None
        self._first, self._last = segments[0], segments[-1]
        self._middle = [segment for segment in segments[1:-1] if segment.length]

    def matches(self, text: str) -> bool:
        if self._only is not None:
            return len(text) == self._only.length and self._only.is_at(text, 0)
        if self.is_any:
            return True
        at, end = self._first.length, len(text) - self._last.length
        if at > end or not self._first.is_at(text, 0) or not self._last.is_at(text, end):
            return False
        for segment in self._middle:
            at = segment.find(text, at, end) + segment.length
            if at < segment.length:
                return False
        return True


class _Segment:
    """What stands between two `*`: of a fixed length, so that the first place where it fits is as good as any."""

    __slots__ = ("_pattern", "_text", "length")

    def __init__(self, run: Sequence[Token]) -> None:
        self.length = sum(1 if isinstance(token, Wildcard) else len(token) for token in run)
        self._text = "".join(token for token in run if isinstance(token, str))
        self._pattern: re.Pattern[str] | None = None
        if Wildcard.ONE in run:
            expression = "".join("." if isinstance(token, Wildcard) else re.escape(token) for token in run)
            self._pattern = re.compile(expression, re.DOTALL)

    def is_at(self, text: str, at: int) -> bool:
        if self._pattern is None:
            return text.startswith(self._text, at)
        return self._pattern.match(text, at) is not None

    def find(self, text: str, begin: int, end: int) -> int:
        """-1 where it is nowhere between."""
        if self._pattern is None:
            return text.find(self._text, begin, end)
        found = self._pattern.search(text, begin, end)
        return found.start() if found else -1


class ArnGlob:
    """A pattern of ArnLike: each part of an ARN by itself. What begins with no `arn:` is a text."""

    __slots__ = ("_crossing", "_head", "_last", "_parts", "_whole", "is_any", "is_every_arn")

    def __init__(self, pattern: Sequence[Token]) -> None:
        self._crossing: Sequence[Glob | _Crossing] = ()  # what matches, too, where stars run over colons
        self._whole = Glob(pattern)
        self.is_any = self._whole.is_any
        self._parts: list[Glob] | None = None
        self._head: str | None = None  # all before the last part, where nothing in it is a wildcard
        if pattern and isinstance(pattern[0], str) and pattern[0].startswith("arn:"):
            *head, last = arn_parts(pattern)
            self._parts, self._last = [Glob(part) for part in (*head, last)], Glob(last)
            if not any(isinstance(token, Wildcard) for part in head for token in part):
                self._head = "".join("".join(map(str, part)) + ":" for part in head)
        self.is_every_arn = self._parts is not None and all(part.is_any for part in self._parts[1:])

    def matches(self, text: str) -> bool:
        if self.is_any:
            return True
        if self._head is not None:
            return text.startswith(self._head) and self._last.matches(text[len(self._head) :])
        if self._parts is None:
            return self._whole.matches(text)
        parts = text.split(":", _PARTS - 1)
        if len(parts) < _PARTS or parts[0] != "arn":
            return False
        if all(glob.matches(part) for glob, part in zip(self._parts, parts, strict=True)):
            return True
        return any(glob.matches(text) for glob in self._crossing)


class ResourceGlob(ArnGlob):
    """A pattern of a Resource element: a `*` that ends a part also runs over the colons behind it."""

    __slots__ = ()

    def __init__(self, pattern: Sequence[Token]) -> None:
        super().__init__(pattern)
        if self._parts is None or self._head is not None:
            return
        parts = written_parts(pattern)
        if any(part and part[-1] is Wildcard.ANY for part in parts[:LAST_PART]):
            whole = [arn_parts(pattern)] if len(parts) < _PARTS else []
            self._crossing = [_crossing(each) for each in (parts, *whole)]


def steps_of_resource(parts: Sequence[Sequence[Token]]) -> Iterator[tuple[Token, bool]]:
    """Token by token, with whether it takes a colon where it is a wildcard."""
    for number, part in enumerate(parts):
        if number:
            yield ":", True
        for place, token in enumerate(part, start=1):
            yield token, number == LAST_PART or (place == len(part) and token is Wildcard.ANY)


def _crossing(parts: Sequence[Sequence[Token]]) -> Glob | _Crossing:
    steps = list(steps_of_resource(parts))
    if all(takes_colon for token, takes_colon in steps if isinstance(token, Wildcard)):
        return Glob(token for token, _ in steps)
    return _Crossing(steps)


class _Crossing:
    """Where some wildcards take colons and others don't: all places that the text may have got to, one bit each."""

    __slots__ = ("_end", "_literal", "_loops", "_loops_within", "_ones", "_ones_within")

    def __init__(self, steps: Iterable[tuple[Token, bool]]) -> None:
        self._literal: dict[str, int] = {}
        self._loops = self._loops_within = self._ones = self._ones_within = 0
        place = 1
        for token, takes_colon in steps:
            if token is Wildcard.ANY:
                self._loops |= place if takes_colon else 0
                self._loops_within |= place
            elif token is Wildcard.ONE:
                self._ones |= place if takes_colon else 0
                self._ones_within |= place
                place <<= 1
            else:
                for character in token:
                    self._literal[character] = self._literal.get(character, 0) | place
                    place <<= 1
        self._end = place

    def matches(self, text: str) -> bool:
        places = 1
        for character in text:
            ones, loops = (self._ones, self._loops) if character == ":" else (self._ones_within, self._loops_within)
            places = (places & (self._literal.get(character, 0) | ones)) << 1 | places & loops
            if not places:
                return False
        return bool(places & self._end)


@lru_cache(maxsize=8192)
def resource_glob(pattern: tuple[Token, ...]) -> ResourceGlob:
    """Those with variables are compiled for each request, and requests repeat themselves."""
    return ResourceGlob(pattern)


def arn_parts(pattern: Sequence[Token]) -> list[list[Token]]:
    """At the first five colons; parts that are missing are wildcards."""
    parts = written_parts(pattern)
    return parts + [[Wildcard.ANY] for _ in range(_PARTS - len(parts))]


def written_parts(pattern: Sequence[Token]) -> list[list[Token]]:
    """At the first five colons, without those that are missing."""
    parts: list[list[Token]] = [[]]
    for token in pattern:
        if isinstance(token, Wildcard):
            parts[-1].append(token)
            continue
        rest = token
        while len(parts) < _PARTS and ":" in rest:
            before, _, rest = rest.partition(":")
            parts[-1] += [before] if before else []
            parts.append([])
        parts[-1] += [rest] if rest else []
    return parts


# ---- The intersection of two patterns: a text that both match, if there is one, as an example to evaluate ----
_FILLER = "any"  # for what either pattern leaves open
_ARN_PARTS = 6
_MOST_STATES = 100_000  # for patterns that somebody made to take long: they then meet nowhere

State = tuple[int, int]  # how much of each pattern is used up


@lru_cache(maxsize=16384)
def meet(first: str, second: str) -> str | None:
    """`*` and `?` as IAM has them; ARNs part by part. Takes time as the product of the lengths, up to a limit."""
    if first.startswith("arn:") and second.startswith("arn:"):
        parts = [_meet(*pair) for pair in zip(_split(first), _split(second), strict=True)]
        return None if None in parts else ":".join(part for part in parts if part is not None)
    return _meet(first, second)


def _split(pattern: str) -> list[str]:
    """Parts that are missing are wildcards."""
    found = pattern.split(":", _ARN_PARTS - 1)
    return found + ["*"] * (_ARN_PARTS - len(found))


def _meet(first: str, second: str) -> str | None:
    if first == second and "*" not in first and "?" not in first:
        return first
    end = (len(first), len(second))
    came_from: dict[State, tuple[State, str]] = {}
    seen: set[State] = {(0, 0)}
    waiting: list[State] = [(0, 0)]
    while waiting and len(seen) < _MOST_STATES:
        state = waiting.pop()
        if state == end:
            return _spelled(state, came_from)
        for following, text in reversed(_steps(first, second, state)):  # the first is tried first
            if following not in seen:
                seen.add(following)
                came_from[following] = (state, text)
                waiting.append(following)
    return None


def _steps(first: str, second: str, state: State) -> list[tuple[State, str]]:
    """Where one gets from here, and by what text."""
    i, j = state
    one, other = first[i : i + 1], second[j : j + 1]
    if one == "*" and other == "*":
        return [((i + 1, j + 1), _FILLER), ((i + 1, j), _FILLER), ((i, j + 1), _FILLER)]
    if one == "*":
        taken = [((i, j + 1), "x" if other == "?" else other)] if other else []
        return [*taken, ((i + 1, j), "")]
    if other == "*":
        taken = [((i + 1, j), "x" if one == "?" else one)] if one else []
        return [*taken, ((i, j + 1), "")]
    if one and other and (one == other or "?" in (one, other)):
        return [((i + 1, j + 1), "x" if one == other == "?" else other if one == "?" else one)]
    return []


def _spelled(state: State, came_from: dict[State, tuple[State, str]]) -> str:
    texts = []
    while state in came_from:
        state, text = came_from[state]
        texts.append(text)
    return "".join(reversed(texts))
