"""Placeholders for ids that AWS has not given yet: of objects that an earlier step of the plan creates.

A later step expects to find "made by step 1" as the id of its owner, or has it for a parameter; when it is carried
out, what AWS called the object stands in its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# Alone, or at the end of the ARN of what has its id in it.
_MADE = re.compile(r"((?:arn:[\w:-]+/(?:[\w.-]+/)*)?)made by step ([1-9]\d{0,4})", re.ASCII)


def placeholder_for(position: int) -> str:
    """The placeholder for the id of the object that the step at `position` (from 1) creates."""
    return f"made by step {position}"


def is_placeholder(text: str) -> bool:
    match = _MADE.fullmatch(text)
    return match is not None and not match[1]


def resolved(value: Any, ids: Mapping[int, str]) -> Any:
    """A JSON value with the ids that are known by now, by the position of the step that made the object."""
    if isinstance(value, str):
        match = _MADE.fullmatch(value)
        known = ids.get(int(match[2])) if match else None
        return value if match is None or known is None else f"{match[1]}{known}"
    if isinstance(value, Mapping):
        return {name: resolved(inner, ids) for name, inner in value.items()}
    if isinstance(value, list):
        return [resolved(inner, ids) for inner in value]
    return value


def positions_in(value: Any) -> set[int]:
    """Of all steps that make what a JSON value names by their positions."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return set().union(*map(positions_in, value))
    found = position_in(value)
    return {found} if found else set()


def position_in(value: Any) -> int:
    """Of a step that makes what a JSON value names by its position, the first there is; 0 for none."""
    if isinstance(value, str):
        match = _MADE.fullmatch(value)
        return int(match[2]) if match else 0
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return next((found for inner in value if (found := position_in(inner))), 0)
    return 0
