"""Reads the parameters of a step from JSON into the frozen dataclass that its operation declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar, get_type_hints

P = TypeVar("P")

_WORDS: dict[type, str] = {str: "a text", bool: "true or false", int: "a whole number"}


class BadParams(ValueError):
    """The text is a sentence for the operator."""


def read_params(kind: type[P], params: Mapping[str, Any]) -> P:
    """Every field, of its declared type (str, bool or int), and nothing else. Raises BadParams."""
    declared: dict[str, Field[Any]] = {each.name: each for each in fields(kind)}  # type: ignore[arg-type]  # a dataclass
    for name in params:
        if name not in declared:
            raise BadParams(f"There is no parameter {name}. It takes: {', '.join(declared)}.")
    for name, each in declared.items():
        if name not in params and each.default is MISSING and each.default_factory is MISSING:
            raise BadParams(f"The parameter {name} is missing.")
    types = get_type_hints(kind)
    for name, value in params.items():
        if type(value) is not types[name]:
            raise BadParams(f"The parameter {name} must be {_WORDS[types[name]]}.")
    return kind(**params)
