"""What pydantic finds wrong in what a program sends, in our words: who reads its log doesn't know pydantic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# By the name that pydantic has for it.
_SENTENCES = {
    "missing": "It is missing.",
    "extra_forbidden": "There is no such member.",
    "string_type": "It must be a text.",
    "string_too_long": "It must have {max_length:,} characters at most.",
    "string_too_short": "It must have {min_length:,} characters at least.",
    "string_pattern_mismatch": "It must match {pattern}.",
    "int_type": "It must be a whole number.",
    "int_parsing": "It must be a whole number.",
    "int_from_float": "It must be a whole number.",
    "greater_than_equal": "It must be {ge:,} at least.",
    "less_than_equal": "It must be {le:,} at most.",
    "less_than": "It must be less than {lt:,}.",
    "bool_type": "It must be true or false.",
    "bool_parsing": "It must be true or false.",
    "list_type": "It must be an array.",
    "dict_type": "It must be an object.",
    "model_attributes_type": "It must be an object.",
    "model_type": "It must be an object.",
    "too_long": "It must have {max_length:,} entries at most.",
    "too_short": "It must have {min_length:,} entries at least.",
    "enum": "It must be one of: {expected}.",
}


def sentence_of(error: Mapping[str, Any]) -> str:
    """Of one of `ValidationError.errors()`. What our own validators say is a sentence already."""
    known = _SENTENCES.get(str(error["type"]))
    if known:
        return known.format(**error.get("ctx", {}))
    said = str(error["msg"]).removeprefix("Value error, ").removesuffix(".")
    return f"{said}."
