"""Mechanical fixes: each is the smallest change of the raw text."""

from __future__ import annotations

import json
import re
from typing import Any

from policies.engine.json_text import JsonReading, Path
from policies.engine.lint.findings import Fix, MakeFix

_COMMA_AFTER = re.compile(r"\s*,\s*")
_COMMA_BEFORE = re.compile(r",\s*\Z")
_BRACE = re.compile(r"\{\s*")


def replaced(path: Path, value: Any, *, at_name: bool = False) -> MakeFix:
    """The value at `path`, or its name, by another one."""

    def make_fix(reading: JsonReading) -> Fix:
        start, end = reading.span_of(path, at_name=at_name)
        written = json.dumps(value, ensure_ascii=False)
        return Fix(f"Write {written}", start, end, written)

    return make_fix


def removed(path: Path) -> MakeFix:
    """One of several items of a list, with its comma."""

    def make_fix(reading: JsonReading) -> Fix:
        start, end = reading.span_of(path)
        if after := _COMMA_AFTER.match(reading.text, end):
            end = after.end()
        elif before := _COMMA_BEFORE.search(reading.text[:start]):
            start = before.start()
        return Fix("Remove it", start, end, "")

    return make_fix


def put_first(name: str, value: str) -> MakeFix:
    """A new member of the document itself, before all others; laid out as they are."""

    def make_fix(reading: JsonReading) -> Fix:
        brace = _BRACE.match(reading.text, reading.offset_of(()))
        at = brace.end() if brace else 0
        space = brace.group()[1:] if brace else ""
        comma = "" if reading.text[at : at + 1] == "}" else f",{space or ' '}"
        return Fix(f"Add {name}", at, at, f"{json.dumps(name)}: {json.dumps(value)}{comma}")

    return make_fix
