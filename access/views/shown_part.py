"""Which part of a long list a page shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_LONGEST_NUMBER = 9


@dataclass(frozen=True)
class ShownPart:
    """`start`: from 0; `first` and `last`: from 1. Addresses are "" where there is no such page."""

    start: int
    first: int
    last: int
    total: int
    previous_url: str
    next_url: str

    @property
    def is_one_of_several(self) -> bool:
        return bool(self.previous_url or self.next_url)

    @classmethod
    def of(cls, asked: str, total: int, most: int, url: Callable[[str], str]) -> ShownPart:
        """The page that is asked for by its number from 1; the nearest, where there is none."""
        number = int(asked) if asked.isdecimal() and asked.isascii() and len(asked) < _LONGEST_NUMBER else 1
        pages = max(1, -(-total // most))
        number = min(max(1, number), pages)
        start = (number - 1) * most
        return cls(
            start,
            start + 1 if total else 0,
            min(start + most, total),
            total,
            url(str(number - 1)) if number > 1 else "",
            url(str(number + 1)) if number < pages else "",
        )
