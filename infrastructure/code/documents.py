"""How a policy document is written as code, so that it says what it said."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from policies.engine.document import identify

_DEEPEST = 60  # levels; no document of AWS's has ten


class _NotPlain(ValueError):
    pass


def structure_of(text: str) -> dict[str, Any] | None:
    """The document as an object that means the same; None where nothing but its very text does.

    Numbers and booleans of conditions become strings, which is what IAM takes them for. Names that are given twice,
    and what IAM's grammar has no place for, can't be told by an object.
    """
    try:
        found = json.loads(
            text,
            object_pairs_hook=_once,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_refuse,
        )
        plain = _plain(found, in_condition=False, depth=0)
    except (ValueError, RecursionError):
        return None
    if not isinstance(plain, dict):
        return None
    return plain if same_document(text, json.dumps(plain)) else None


def same_document(before: str, after: str) -> bool:
    """By the engine's canonical form."""
    one, other = identify(before), identify(after)
    return not one.problem and one.canonical_hash == other.canonical_hash


def is_normal(value: Any) -> bool:
    """Whether Terraform keeps each text in it: it normalises strings to NFC ("Types and Values")."""
    if isinstance(value, str):
        return unicodedata.is_normalized("NFC", value)
    if isinstance(value, Mapping):
        return all(is_normal(name) and is_normal(each) for name, each in value.items())
    return all(map(is_normal, value)) if isinstance(value, list | tuple) else True


def as_ascii(text: str) -> str:
    """JSON text with every other character escaped, as JSON escapes it: outside strings JSON has none."""
    return "".join(each if each.isascii() else json.dumps(each)[1:-1] for each in text)


class _Number(str):
    """A number as the text has it."""


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _NotPlain(name)
        found[name] = value
    return found


def _refuse(text: str) -> Any:
    raise _NotPlain(text)


def _plain(value: Any, *, in_condition: bool, depth: int) -> Any:
    if depth > _DEEPEST:
        raise _NotPlain("It is too deep.")
    if isinstance(value, dict):
        return {
            name: _plain(each, in_condition=in_condition or name == "Condition", depth=depth + 1)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [_plain(each, in_condition=in_condition, depth=depth + 1) for each in value]
    if isinstance(value, bool | _Number):
        if not in_condition:
            raise _NotPlain("IAM's grammar has neither numbers nor booleans outside conditions.")
        return str(value).lower() if isinstance(value, bool) else str(value)
    if not isinstance(value, str):
        raise _NotPlain("null")
    return value
