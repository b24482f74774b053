"""Texts that a program sends and that databases can keep."""

from __future__ import annotations

import re
from typing import Any

from characters import shown

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LONGEST_PLACE = 80


def check_texts(value: Any) -> None:
    """Looks at each text of what was read from JSON, names of members too. Raises ValueError, RecursionError."""
    place = _first_wrong(value)
    if place is not None:
        where = shown(".".join(place))[:_LONGEST_PLACE] or "it"
        raise ValueError(f"{where} has a character that can’t be kept: U+0000, or half of a surrogate pair")


def _first_wrong(value: Any) -> tuple[str, ...] | None:
    """Where it stands: the names and numbers that lead there."""
    if isinstance(value, str):
        return () if "\x00" in value or _LONE_SURROGATE.search(value) else None
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in pairs:
        found = () if isinstance(name, str) and _first_wrong(name) is not None else _first_wrong(each)
        if found is not None:
            return (str(name), *found)
    return None
