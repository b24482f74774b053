"""Edits of a JSON text, each the smallest that does it: all else stays byte for byte, white space and escapes too.

What is new is laid out as what stands around it. All take a text that was read without a fault, in which no name of the
object that is edited is given twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from policies.engine.json_text import Json, JsonReading, Path, read

_INDENT = re.compile(r"[ \t]*")
_USUAL_COLON, _USUAL_COMMA, _USUAL_UNIT = ": ", ", ", "  "

Span = tuple[int, int]  # of the text, from 0; the end isn't in it


@dataclass(frozen=True)
class JsonLayout:
    """How a document is laid out. `unit`: by how much it is indented; `comma`: between two on one line."""

    newline: str
    unit: str
    colon: str
    comma: str

    def written(self, value: Json, indentation: str | None) -> str:
        """As JSON; on lines of its own from `indentation` on, or on one line where that is None."""
        if not isinstance(value, dict | list) or not value:
            return json.dumps(value, ensure_ascii=False)
        inner = None if indentation is None else indentation + self.unit
        parts = [self.written(each, inner) for each in (value.values() if isinstance(value, dict) else value)]
        if isinstance(value, dict):
            names = (json.dumps(name, ensure_ascii=False) for name in value)
            parts = [f"{name}{self.colon}{part}" for name, part in zip(names, parts, strict=True)]
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        if indentation is None:
            return opening + self.comma.join(parts) + closing
        line = f"{self.newline}{inner}"
        return opening + line + f",{line}".join(parts) + self.newline + indentation + closing


def with_statement(text: str, statement: Mapping[str, Any]) -> str | None:
    """A policy with the statement as its last. None where the text can't be read, or gives a name twice."""
    reading = read(text)
    if reading.fault or reading.duplicates or not isinstance(reading.value, dict):
        return None
    if "Statement" not in reading.value:
        return JsonEditor(reading).with_member((), "Statement", [dict(statement)])
    return JsonEditor(reading).with_items(("Statement",), [dict(statement)])


class JsonEditor:
    """Of one text; every method returns another text."""

    def __init__(self, reading: JsonReading) -> None:
        self.reading = reading
        self.text = reading.text

    @cached_property
    def layout(self) -> JsonLayout:
        spans = self._spans(())
        start = self.reading.offset_of(())
        before = self.text[start + 1 : spans[0][0]] if spans else ""
        unit = before.rpartition("\n")[2] if "\n" in before else _USUAL_UNIT
        colon = self._colon(())
        comma = _USUAL_COMMA if colon[-1:] == " " else ","
        return JsonLayout("\r\n" if "\r\n" in self.text else "\n", unit, colon, comma)

    # ---- Values --------------------------------------------------------------------------------------------------
    def value_at(self, path: Path) -> Any:
        found: Any = self.reading.value
        for part in path:
            found = found[part]
        return found

    def literal(self, path: Path) -> str:
        """The value as the text has it."""
        start, end = self.reading.span_of(path)
        return self.text[start:end]

    def replaced(self, path: Path, value: Json) -> str:
        return self._with(self.reading.span_of(path), json.dumps(value, ensure_ascii=False))

    def renamed(self, path: Path, name: str) -> str:
        """The member at `path`, which keeps its value."""
        return self._with(self.reading.span_of(path, at_name=True), json.dumps(name, ensure_ascii=False))

    # ---- Members of objects --------------------------------------------------------------------------------------
    def with_member(self, path: Path, name: str, value: Json, at: int | None = None) -> str:
        """In the object at `path`, as its member number `at`, or as the last one."""
        spans = self._spans(path)
        indentation = self._indentation_within(path, spans)
        colon = self._colon(path) if spans else self.layout.colon
        written = f"{json.dumps(name, ensure_ascii=False)}{colon}{self.layout.written(value, indentation)}"
        return self._inserted(path, spans, len(spans) if at is None else at, [written])

    def without_member(self, path: Path) -> str:
        """Without the member; the object stays, perhaps empty."""
        names = self._names(path[:-1])
        return self._removed(path[:-1], self._spans(path[:-1]), [names.index(str(path[-1]))])

    # ---- Items of lists ------------------------------------------------------------------------------------------
    def with_items(self, path: Path, values: Sequence[Json], at: int | None = None) -> str:
        """More items in the list at `path`, from number `at` on, or at its end; a value that is no list becomes one."""
        if not isinstance(self.value_at(path), list):
            return self._made_a_list(path, values)
        spans = self._spans(path)
        indentation = self._indentation_within(path, spans)
        written = [self.layout.written(value, indentation) for value in values]
        return self._inserted(path, spans, len(spans) if at is None else at, written)

    def with_literal(self, path: Path, literal: str, at: int) -> str:
        """One more item, as it is written in `literal`; a value that is no list becomes one."""
        if not isinstance(self.value_at(path), list):
            return self._with(self.reading.span_of(path), f"[{self.literal(path)}{self.layout.comma}{literal}]")
        return self._inserted(path, self._spans(path), at, [literal])

    def without_items(self, path: Path, numbers: Collection[int]) -> str:
        """Of the list at `path`; a value that is no list becomes an empty one."""
        if not isinstance(self.value_at(path), list):
            return self._with(self.reading.span_of(path), "[]")
        return self._removed(path, self._spans(path), numbers)

    def with_items_exchanged(self, path: Path, one: int, other: int) -> str:
        """What stands between them stays where it is."""
        spans = self._spans(path)
        (first, second) = (spans[number] for number in sorted((one, other)))
        literals = self.text[slice(*first)], self.text[slice(*second)]
        return self._with_all([(second, literals[0]), (first, literals[1])])

    # ---- How it is done ------------------------------------------------------------------------------------------
    def _with(self, span: Span, replacement: str) -> str:
        return self.text[: span[0]] + replacement + self.text[span[1] :]

    def _with_all(self, edits: Iterable[tuple[Span, str]]) -> str:
        """Spans don't overlap."""
        text = self.text
        for (start, end), replacement in sorted(edits, reverse=True):
            text = text[:start] + replacement + text[end:]
        return text

    def _names(self, path: Path) -> list[str]:
        """Of the members of an object, in the order of the text."""
        return sorted(self.value_at(path), key=lambda name: self.reading.key_offsets[(*path, name)])

    def _spans(self, path: Path) -> list[Span]:
        """Of the items of a list, or of the members of an object with their names, in the order of the text."""
        value = self.value_at(path)
        if isinstance(value, list):
            return [self.reading.span_of((*path, number)) for number in range(len(value))]
        if not isinstance(value, dict):
            return []
        members = ((*path, name) for name in self._names(path))
        return [(self.reading.key_offsets[each], self.reading.span_of(each)[1]) for each in members]

    def _interior(self, path: Path) -> Span:
        """What stands between the brackets."""
        start, end = self.reading.span_of(path)
        return start + 1, end - 1

    def _colon(self, path: Path) -> str:
        """With the white space around it, as between the first name and its value."""
        value = self.value_at(path)
        if not isinstance(value, dict) or not value:
            return _USUAL_COLON
        first = (*path, self._names(path)[0])
        name_end = self.reading.end_of(self.reading.key_offsets[first])
        found = self.text[name_end : self.reading.offset_of(first)]
        return _USUAL_COLON if "\n" in found else found

    def _is_on_lines(self, path: Path, spans: Sequence[Span]) -> bool:
        """Whether what is in it stands on lines of its own; of an empty one: whether it does itself."""
        if spans:
            return "\n" in self.text[self._interior(path)[0] : spans[0][0]]
        return not path or self._is_on_lines(path[:-1], self._spans(path[:-1]))

    def _indentation_of_line(self, offset: int) -> str:
        start = self.text.rfind("\n", 0, offset) + 1
        found = _INDENT.match(self.text, start)
        return found.group() if found else ""

    def _indentation_within(self, path: Path, spans: Sequence[Span]) -> str | None:
        """Of what is in it; None where that isn't on lines of its own."""
        if not self._is_on_lines(path, spans):
            return None
        if spans:
            return self._indentation_of_line(spans[-1][0])
        return self._indentation_of_line(self.reading.offset_of(path)) + self.layout.unit

    def _separator(self, path: Path, spans: Sequence[Span]) -> str:
        """A comma, with the white space as it is between the last two, or before the only one."""
        if len(spans) > 1:
            return self.text[spans[-2][1] : spans[-1][0]]
        before = self.text[self._interior(path)[0] : spans[0][0]]
        return f",{before}" if "\n" in before else self.layout.comma

    def _inserted(self, path: Path, spans: Sequence[Span], at: int, written: Sequence[str]) -> str:
        if not spans:
            return self._with(self._interior(path), self._filling(path, written))
        separator = self._separator(path, spans)
        if at == 0:
            return self._with((spans[0][0],) * 2, "".join(f"{each}{separator}" for each in written))
        return self._with((spans[at - 1][1],) * 2, "".join(f"{separator}{each}" for each in written))

    def _filling(self, path: Path, written: Sequence[str]) -> str:
        """Of an empty list or object."""
        inner = self._indentation_within(path, ())
        if inner is None:
            return self.layout.comma.join(written)
        line = f"{self.layout.newline}{inner}"
        outer = self._indentation_of_line(self.reading.offset_of(path))
        return line + f",{line}".join(written) + self.layout.newline + outer

    def _made_a_list(self, path: Path, values: Sequence[Json]) -> str:
        parent = path[:-1]
        on_lines = self._is_on_lines(parent, self._spans(parent))
        indentation = self._indentation_of_line(self.reading.offset_of(path)) if on_lines else None
        inner = None if indentation is None else indentation + self.layout.unit
        written = [self.literal(path), *(self.layout.written(value, inner) for value in values)]
        if inner is None:
            return self._with(self.reading.span_of(path), f"[{self.layout.comma.join(written)}]")
        line = f"{self.layout.newline}{inner}"
        closing = f"{self.layout.newline}{indentation}]"
        return self._with(self.reading.span_of(path), f"[{line}{f',{line}'.join(written)}{closing}")

    def _removed(self, path: Path, spans: Sequence[Span], numbers: Collection[int]) -> str:
        """With one comma each; if nothing is left, with all the white space."""
        kept = [number for number in range(len(spans)) if number not in numbers]
        if not kept:
            return self._with(self._interior(path), "")
        gone = [
            (spans[number][0], spans[number + 1][0]) if number < kept[0] else (spans[number - 1][1], spans[number][1])
            for number in sorted(set(numbers))
        ]
        return self._with_all((span, "") for span in gone)
