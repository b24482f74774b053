"""What the model of an AWS service says of a call's parameters: lengths, ranges, patterns, enumerations.

boto3 checks the least of lengths and ranges only; the rest is AWS's to refuse. Works on botocore's shapes.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

_CATEGORY = re.compile(r"\\p\{(\w)\}")


@dataclass(frozen=True)
class ConstraintViolation:
    """A constraint that a parameter breaks: `must` follows "it must". `path` as AWS writes it, with dots."""

    path: str
    value: Any
    must: str
    of: str  # "null", "range", "enum" or "pattern"
    sensitive: bool = False


def broken(shape: Any, params: dict[str, Any]) -> Iterator[ConstraintViolation]:
    """Each constraint of the input shape that the parameters break."""
    if shape is not None:
        yield from _of_structure(shape, params, "")


def _of_structure(shape: Any, value: dict[str, Any], path: str) -> Iterator[ConstraintViolation]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield ConstraintViolation(_join(path, name), None, "not be null", "null")
    for name, content in value.items():
        if name in shape.members and content is not None:
            yield from _of(shape.members[name], content, _join(path, name))


def _of(shape: Any, value: Any, path: str) -> Iterator[ConstraintViolation]:
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        yield from _of_structure(shape, value, path)
        return
    for of, must in _broken(shape, value):
        yield ConstraintViolation(path, value, must, of, bool(shape.metadata.get("sensitive")))
    if kind == "list" and isinstance(value, list):
        for number, item in enumerate(value, start=1):
            yield from _of(shape.member, item, f"{path}.{number}.member")
    elif kind == "map" and isinstance(value, dict):
        for key, item in value.items():
            yield from _of(shape.key, key, f"{path}.key")
            yield from _of(shape.value, item, f"{path}.{key}.member")


def _broken(shape: Any, value: Any) -> Iterator[tuple[str, str]]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    is_number = shape.type_name in ("integer", "long", "float", "double")
    size, of = (value, "value") if is_number else (_length(shape, value), "length")
    if size is not None and not isinstance(size, bool):
        if most is not None and size > most:
            yield "range", f"have {of} less than or equal to {most}"
        if least is not None and size < least:
            yield "range", f"have {of} greater than or equal to {least}"
    if shape.type_name == "string":
        allowed = getattr(shape, "enum", None)
        if allowed and value not in allowed:
            yield "enum", f"satisfy enum value set: [{', '.join(allowed)}]"
        pattern = shape.metadata.get("pattern")
        if pattern and not compiled(pattern).search(value):
            yield "pattern", f"satisfy regular expression pattern: {pattern}"


def _length(shape: Any, value: Any) -> int | None:
    """Of bytes, as they are: on the wire they are in base64."""
    if shape.type_name == "blob" and isinstance(value, str):
        return len(value.rstrip("=")) * 3 // 4
    return len(value) if hasattr(value, "__len__") else None


def _join(path: str, name: str) -> str:
    inner = name[0].lower() + name[1:]
    return f"{path}.{inner}" if path else inner


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of AWS's for Python, which lacks the categories of Unicode. AWS matches the whole value."""
    flags = re.ASCII if "\\p{" not in pattern else 0
    translated = _CATEGORY.sub(lambda found: _translated(pattern, found), pattern)
    return re.compile(rf"\A(?:{translated.removeprefix('(?s)')})\Z", flags | re.DOTALL)


def _translated(pattern: str, category: re.Match[str]) -> str:
    """`category`: where it stands in the pattern, within brackets or by itself."""
    before = pattern[: category.start()].replace("\\[", "").replace("\\]", "")
    ranges = _characters(category[1])
    return ranges if before.rfind("[") > before.rfind("]") else f"[{ranges}]"


@cache
def _characters(category: str) -> str:
    """The ranges of a category, for use within brackets. Of what is beyond 65,535, all counts."""
    plane = range(0x10000)
    ranges = []
    for inside, run in groupby(plane, key=lambda code: unicodedata.category(chr(code))[0] == category):
        codes = list(run)
        if inside:
            ranges.append(f"{re.escape(chr(codes[0]))}-{re.escape(chr(codes[-1]))}")
    if category == "L":
        ranges.append(f"\U00010000-{chr(sys.maxunicode)}")
    return "".join(ranges)
