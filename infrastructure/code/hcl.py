"""Values in Terraform's language ("Syntax", HCL), laid out as `terraform fmt` does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infrastructure.code.remarks import Remark

_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEYWORDS = frozenset({"for", "if", "in", "null", "true", "false", "else", "endif", "endfor"})
_TEMPLATE = re.compile(r"([$%]*)([$%])\{([^\"\\{}]*\})?")
_SHORT = 70  # characters of a list with one element that stays on its line


@dataclass(frozen=True)
class Expression:
    """Written as it is, such as `aws_iam_role.deploy.name`."""

    text: str


@dataclass(frozen=True)
class JsonEncoded:
    """`jsonencode` of a value."""

    value: Any


def quoted(text: str) -> str:
    """A string literal. `${` and `%{`, which begin templates, are doubled ("Strings and Templates", Terraform).

    Where the brace isn't closed, or more such characters stand before it, the character is escaped by its number: not
    all that read HCL agree on what `$${` is without an end, and what `$$${` is.
    """
    return f'"{_TEMPLATE.sub(_no_template, "".join(map(_escaped, text)))}"'


def _no_template(found: re.Match[str]) -> str:
    before, sign, rest = found.groups()
    if rest and not before:
        return f"{sign}{sign}{{{rest}"
    return "".join(f"\\u{ord(each):04x}" for each in before + sign) + "{" + (rest or "")


def _escaped(character: str) -> str:
    if character in _ESCAPED:
        return _ESCAPED[character]
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def block(head: str, values: Iterable[tuple[str, Any]], inside: Iterable[str] = ()) -> str:
    """`head` is what stands before the brace; `inside` are lines of nested blocks, after an empty line."""
    lines = list(attributes(values))
    nested = [f"  {line}" for line in inside]
    if lines and nested:
        lines.append("")
    return "\n".join([f"{head} {{", *lines, *nested, "}"]) + "\n"


def attributes(values: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """`name = value` each, indented; the signs of neighbours that take one line are aligned."""
    group: list[tuple[str, str]] = []
    for name, value in values:
        first, *rest = lines_of(value)
        if not rest:
            group.append((name, first))
            continue
        yield from _aligned(group)
        group = []
        yield f"  {name} = {first}"
        yield from (f"  {line}" for line in rest)
    yield from _aligned(group)


def _aligned(group: Sequence[tuple[str, str]]) -> Iterator[str]:
    width = max((len(name) for name, _ in group), default=0)
    for name, value in group:
        yield f"  {name.ljust(width)} = {value}"


def lines_of(value: Any) -> list[str]:
    """The lines of a value; the first one stands after the sign of equality."""
    if isinstance(value, Expression):
        return [value.text]
    if isinstance(value, JsonEncoded):
        first, *rest = lines_of(value.value)
        lines = [f"jsonencode({first}", *rest]
        lines[-1] += ")"
        return lines
    if isinstance(value, Mapping):
        return ["{", *attributes((_key(name), each) for name, each in value.items()), "}"] if value else ["{}"]
    if isinstance(value, list | tuple):
        return _list(value)
    return [_scalar(value)]


def _list(values: Sequence[Any]) -> list[str]:
    if not values:
        return ["[]"]
    if len(values) == 1 and not isinstance(values[0], Mapping | list | tuple | Remark):
        line = f"[{lines_of(values[0])[0]}]"
        if len(line) <= _SHORT:
            return [line]
    lines = ["["]
    for each in values:
        if isinstance(each, Remark):
            lines.append(f"  {each.line}")
            continue
        inner = lines_of(each)
        inner[-1] += ","
        lines.extend(f"  {line}" for line in inner)
    return [*lines, "]"]


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else quoted(str(value))


def _key(name: str) -> str:
    return name if _IDENTIFIER.fullmatch(name) and name not in _KEYWORDS else quoted(name)


def comment(text: str) -> str:
    """One line, whatever the text holds."""
    return f"{Remark(text).line}\n"
