"""Reads the parameters of a step from JSON into the frozen dataclass that its operation declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from functools import cache
from typing import Any, TypeVar, get_type_hints

P = TypeVar("P")

_WORDS: dict[Any, str] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    tuple[str, ...]: "a list of texts",
    dict[str, Any]: "an object",
}


class ForOperator(Exception):
    """Something that the console won't do. The text is a sentence for the operator who asked.

    `field`: the parameter whose value is to blame, or the name that forms give it; "" for none, or for several.
    """

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class BadParams(ForOperator, ValueError):
    """What a step was given is no value for its parameters."""


def read_params(kind: type[P], params: Mapping[str, Any]) -> P:
    """Every field, of its declared type (str, bool, int, tuple[str, ...] or dict[str, Any]), and nothing else.

    Raises BadParams.
    """
    declared: dict[str, Field[Any]] = {each.name: each for each in fields(kind)}  # type: ignore[arg-type]  # a dataclass
    for name in params:
        if name not in declared:
            raise BadParams(f"There is no parameter {name}. It takes: {', '.join(declared)}.")
    for name, each in declared.items():
        if name not in params and each.default is MISSING and each.default_factory is MISSING:
            raise BadParams(f"The parameter {name} is missing.", field=name)
    known: Any = kind
    types = _types_of(known)
    for name, value in params.items():
        if not _is_of(value, types[name]):
            raise BadParams(f"The parameter {name} must be {_WORDS[types[name]]}.", field=name)
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in params.items()})


@cache
def _types_of(kind: type[Any]) -> dict[str, Any]:
    """Python compiles the annotations anew each time that it is asked."""
    return get_type_hints(kind)


def _is_of(value: Any, wanted: Any) -> bool:
    if wanted == tuple[str, ...]:
        return isinstance(value, list | tuple) and all(type(each) is str for each in value)
    return type(value) is (dict if wanted == dict[str, Any] else wanted)
