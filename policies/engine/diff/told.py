"""An item of a difference in short lines, for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_LABELS = {
    "resources": "on ",
    "not_resources": "on all but ",
    "principals": "to ",
    "not_principals": "to all but ",
    "conditions": "if ",
    "also": "and also ",
    "except": "except ",
    "may_be": "perhaps ",
    "because": "",
}


def lines(item: Mapping[str, Any]) -> list[str]:
    """What stands beside its actions: "on arn:aws:s3:::b/*", 'if {"Bool": …}', "except on …"."""
    return [label + told for name, label in _LABELS.items() if item.get(name) for told in _told(name, item[name])]


def _told(name: str, value: Any) -> Iterator[str]:
    if name == "except":
        yield from (" ".join(lines(each)) for each in value)
    elif name == "also":
        yield " ".join(lines(value))
    else:
        yield _WORDS.get(name, ", ".join)(value)


def _principals(value: Mapping[str, list[str]]) -> str:
    return ", ".join(f"{kind} {each}" for kind, listed in value.items() for each in listed)


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "principals": _principals,
    "not_principals": _principals,
    "conditions": json.dumps,
    "may_be": str,
    "because": str,
}
