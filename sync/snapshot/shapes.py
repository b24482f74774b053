"""Shapes of JSON: what a value of a file must look like to be taken for AWS's, and what becomes of it.

A shape is a function of the value that returns what the mirror takes, and raises Misshapen. Members that a shape
doesn't name are kept as they are, but for what looks like a secret: a newer AWS may tell of more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from sync.aws.secrets import masked
from sync.mirror.hashing import moment

Shape = Callable[[Any], Any]

_LARGEST = 2**31 - 1  # what a counter's column holds
_LONGEST_TIME = 64


class MalformedSnapshotError(ValueError):
    """`path` is where in the value, `what` ends the sentence "… {what}"."""

    def __init__(self, what: str, path: str = "") -> None:
        super().__init__(f"“{path}” {what}" if path else what)
        self.what, self.path = what, path

    def within(self, name: str) -> MalformedSnapshotError:
        return MalformedSnapshotError(self.what, f"{name}.{self.path}" if self.path else name)


def text(longest: int, *, empty: bool = False) -> Shape:
    """A string of 1 (or none, where it may be `empty`) to `longest` characters."""

    def shape(value: Any) -> str:
        if not isinstance(value, str) or not (value or empty):
            raise MalformedSnapshotError("isn’t a text")
        if len(value) > longest:
            raise MalformedSnapshotError(f"is longer than {longest:,} characters")
        return value

    return shape


def count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST:
        raise MalformedSnapshotError("isn’t a count")
    return value


def truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise MalformedSnapshotError("isn’t true or false")
    return value


def time(value: Any) -> str:
    """In ISO 8601, as the AWS CLI prints it."""
    try:
        moment(text(_LONGEST_TIME)(value))
    except ValueError as error:
        raise MalformedSnapshotError("isn’t a time in ISO 8601") from error
    return str(value)


def document(value: Any) -> str:
    """A policy document as text.

    The AWS CLI prints it parsed: white space and duplicate keys are lost then, the order of keys is not. AWS's own
    answers have it as text, URL-encoded; text with a brace in it can't be encoded.
    """
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str):
        raise MalformedSnapshotError("isn’t a policy document")
    return value if "{" in value else unquote(value)


def many(shape: Shape) -> Shape:
    """A list; null for none."""

    def each(value: Any) -> list[Any]:
        if value is None:
            return []
        if not isinstance(value, list):
            raise MalformedSnapshotError("isn’t a list")
        found = []
        for place, element in enumerate(value):
            try:
                found.append(shape(element))
            except MalformedSnapshotError as error:
                raise error.within(str(place)) from None
        return found

    return each


def members(required: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Shape:
    """An object. What is optional may be missing or null."""
    others = optional or {}
    shapes = {**required, **others}

    def whole(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise MalformedSnapshotError("isn’t an object")
        found = {name: member for name, member in value.items() if member is not None or name not in others}
        found |= {name: masked(name, member) for name, member in found.items() if name not in shapes}
        for name, shape in shapes.items():
            if name not in found:
                if name in required:
                    raise MalformedSnapshotError("is missing", name)
                continue
            try:
                found[name] = shape(found[name])
            except MalformedSnapshotError as error:
                raise error.within(name) from None
        return found

    return whole
