"""Values as YAML: blocks of names and items, every text in double quotes, so that none is taken for something else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from infrastructure.code.remarks import Remark

_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9]*")
# YAML 1.1 takes these for booleans or null, also as names.
_TAKEN = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def lines_of(value: Any, indent: int = 0) -> Iterator[str]:
    """The lines of a mapping or a list, which may have remarks, indented by so many steps of two."""
    pad = "  " * indent
    pairs = ((f"{_key(name)}:", each) for name, each in value.items()) if isinstance(value, Mapping) else _items(value)
    for head, each in pairs:
        if isinstance(each, Remark):
            yield f"{pad}{each.line}"
        elif isinstance(each, Mapping | list | tuple) and each:
            yield f"{pad}{head}"
            yield from lines_of(each, indent + 1)
        else:
            yield f"{pad}{head} {scalar(each)}"


def _items(values: Any) -> Iterator[tuple[str, Any]]:
    for each in values:
        yield "-", each


def scalar(value: Any) -> str:
    """A text, a number, a boolean, or something empty."""
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def quoted(text: str) -> str:
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _key(name: str) -> str:
    return name if _PLAIN_KEY.fullmatch(name) and name.lower() not in _TAKEN else quoted(name)
