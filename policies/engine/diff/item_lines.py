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
    "conditions": "",
    "also": "and also ",
    "except": "except ",
    "may_be": "perhaps ",
    "because": "",
}


def lines(item: Mapping[str, Any]) -> list[str]:
    """What stands beside its actions: "on arn:aws:s3:::b/*", 'if {"Bool": …}', "except without MFA"."""
    return [label + line for name, label in _LABELS.items() if item.get(name) for line in _words(name, item[name])]


def _words(name: str, value: Any) -> Iterator[str]:
    if name == "except":
        yield from (" ".join(lines(each)) for each in value)
    elif name == "also":
        yield " ".join(lines(value))
    else:
        yield _WORDS.get(name, ", ".join)(value)


def _principals(value: Mapping[str, list[str]]) -> str:
    return ", ".join(f"{kind} {each}" for kind, listed in value.items() for each in listed)


# Both say it exactly: only "BoolIfExists" also matches requests without the key, which have no MFA either.
_MFA = "aws:multifactorauthpresent"
_SAID_OF_MFA: Mapping[tuple[str, str], str] = {("Bool", "true"): "with MFA", ("BoolIfExists", "false"): "without MFA"}


def _conditions(value: Mapping[str, Mapping[str, str | list[str]]]) -> str:
    asked = [(operator, key.lower(), values) for operator, keys in value.items() for key, values in keys.items()]
    if len(asked) == 1 and asked[0][1] == _MFA:
        operator, _, values = asked[0]
        line = [values] if isinstance(values, str) else values
        if len(line) == 1 and (said := _SAID_OF_MFA.get((operator, line[0].lower()))):
            return said
    return f"if {json.dumps(value)}"


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "principals": _principals,
    "not_principals": _principals,
    "conditions": _conditions,
    "may_be": str,
    "because": str,
}
