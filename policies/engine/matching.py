"""Patterns with `*` and `?`, in time that grows with the text and never explodes.

IAM User Guide, "IAM JSON policy elements: Resource": `*` is any text, `?` one character; neither crosses from one part
of an ARN into the next, but in its last part. An ARN with fewer parts has wildcards for those that it lacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from functools import lru_cache


class Wild(Enum):
    ANY = "*"
    ONE = "?"


Token = str | Wild  # a text that is meant literally, or a wildcard
_WILDCARDS = re.compile(r"([*?])")
_PARTS = 6


def tokens(pattern: str) -> list[Token]:
    """`*` and `?` are wildcards, all else is literal."""
    return [Wild(part) if part in ("*", "?") else part for part in _WILDCARDS.split(pattern) if part]


class Glob:
    """A pattern, compiled. Case matters."""

    __slots__ = ("_first", "_last", "_middle", "_only", "is_any")

    def __init__(self, pattern: Iterable[Token]) -> None:
        runs: list[list[Token]] = [[]]
        for token in pattern:
            if token is Wild.ANY:
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
        self.length = sum(1 if isinstance(token, Wild) else len(token) for token in run)
        self._text = "".join(token for token in run if isinstance(token, str))
        self._pattern: re.Pattern[str] | None = None
        if Wild.ONE in run:
            expression = "".join("." if isinstance(token, Wild) else re.escape(token) for token in run)
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
    """A pattern for ARNs, or for whatever else a policy calls a resource."""

    __slots__ = ("_head", "_last", "_parts", "_whole", "is_any", "is_every_arn")

    def __init__(self, pattern: Sequence[Token]) -> None:
        self._whole = Glob(pattern)
        self.is_any = self._whole.is_any
        self._parts: list[Glob] | None = None
        self._head: str | None = None  # all before the last part, where nothing in it is a wildcard
        if pattern and isinstance(pattern[0], str) and pattern[0].startswith("arn:"):
            *head, last = arn_parts(pattern)
            self._parts, self._last = [Glob(part) for part in (*head, last)], Glob(last)
            if not any(isinstance(token, Wild) for part in head for token in part):
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
        return all(glob.matches(part) for glob, part in zip(self._parts, parts, strict=True))


@lru_cache(maxsize=8192)
def arn_glob(pattern: tuple[Token, ...]) -> ArnGlob:
    """Those with variables are compiled for each request, and requests repeat themselves."""
    return ArnGlob(pattern)


def arn_parts(pattern: Sequence[Token]) -> list[list[Token]]:
    """At the first five colons; parts that are missing are wildcards."""
    parts: list[list[Token]] = [[]]
    for token in pattern:
        if isinstance(token, Wild):
            parts[-1].append(token)
            continue
        rest = token
        while len(parts) < _PARTS and ":" in rest:
            before, _, rest = rest.partition(":")
            parts[-1].append(before)
            parts.append([])
        parts[-1].append(rest)
    return parts + [[Wild.ANY] for _ in range(_PARTS - len(parts))]
