"""Reads JSON as a person wrote it: with the place of every value, and a sentence where it breaks.

`json.loads` is faster but forgets where things stood, takes what JSON doesn't have (NaN) and drops a key given twice.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import NoReturn

Path = tuple[str | int, ...]
Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None

# Policies nest six deep. The bound keeps the reader, and all that walk its result, far from Python's own.
DEEPEST = 64
LONGEST_NUMBER = 300

_SPACE = re.compile(r"[ \t\n\r]*")
_BLANKS = " \t\n\r"
_OPEN_STRING = r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+'
_STRING = re.compile(_OPEN_STRING + '"')
_STRING_SO_FAR = re.compile(_OPEN_STRING)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}
_WORD = re.compile("|".join(_WORDS))
_ANY = json.JSONDecoder()
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PLAIN_KEY = re.compile(r"\w+")


def is_half_a_character(written: str, text: str) -> bool:
    """Whether an escape in what is `written` is a surrogate without its other half: no page and no file can hold it."""
    return _SURROGATE_ESCAPE.search(written) is not None and _SURROGATE.search(text) is not None


@dataclass(frozen=True)
class TextPosition:
    """From 1, in characters."""

    line: int
    column: int


def written(path: Path) -> str:
    """A path as people write it: `Statement[0].Action`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f"[{json.dumps(part)}]"
    return text


@dataclass(frozen=True)
class Fault:
    """Where the text stops being JSON, and why."""

    message: str
    path: Path
    offset: int


@dataclass
class JsonReading:
    """What was read. `value` is meant only when there is no fault; offsets are those of values, and of their keys."""

    text: str
    value: Json = None
    fault: Fault | None = None
    offsets: dict[Path, int] = field(default_factory=dict)
    key_offsets: dict[Path, int] = field(default_factory=dict)
    duplicates: list[tuple[Path, int]] = field(default_factory=list)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def position(self, offset: int) -> TextPosition:
        line = bisect_right(self._line_starts, offset)
        return TextPosition(line, offset - self._line_starts[line - 1] + 1)

    def offset_of(self, path: Path) -> int:
        """Where the value at `path` begins; where there is none, the nearest one around it."""
        while path not in self.offsets and path:
            path = path[:-1]
        return self.offsets.get(path, 0)

    def span_of(self, path: Path, *, at_name: bool = False) -> tuple[int, int]:
        """Where the value at `path` begins and ends, or its name; of what was read without a fault."""
        start = self.key_offsets.get(path) if at_name else None
        if start is None:
            start = self.offset_of(path)
        return start, self.end_of(start)

    def end_of(self, start: int) -> int:
        """Where the value, or the name, that begins there ends."""
        return _ANY.raw_decode(self.text, start)[1]


def read(text: str) -> JsonReading:
    """Never raises; a key given twice keeps its last value, as everywhere, and is noted."""
    reading = JsonReading(text)
    try:
        reading.value = _JsonReader(reading).document()
    except _JsonFault as broken:
        reading.fault = broken.fault
    return reading


class _JsonFault(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class _JsonReader:
    """Recursive descent; `at` is where it stands."""

    def __init__(self, reading: JsonReading) -> None:
        self.reading = reading
        self.text = reading.text
        self.at = 0

    def document(self) -> Json:
        self._skip()
        if self.at == len(self.text):
            self._break("The document is empty.", ())
        value = self._value(())
        self._skip()
        if self.at < len(self.text):
            self._break("The document has ended; there is more text after it.", ())
        return value

    def _value(self, path: Path) -> Json:
        self.reading.offsets[path] = self.at
        if len(path) > DEEPEST:
            self._break(f"It is nested more than {DEEPEST} deep.", path)
        first = self._peek()
        if first == "{":
            return self._object(path)
        if first == "[":
            return self._array(path)
        if first == '"':
            return self._string(path)
        return self._scalar(path)

    def _object(self, path: Path) -> dict[str, Json]:
        found: dict[str, Json] = {}
        self._step()
        if self._peek() == "}":
            self._step()
            return found
        while True:
            begin = self.at
            if self._peek() != '"':
                self._break(self._expected("a name in double quotes"), path)
            name = self._string(path)
            inner = (*path, name)
            if name in found:
                self.reading.duplicates.append((inner, begin))
            self.reading.key_offsets[inner] = begin
            self._skip()
            if self._peek() != ":":
                self._break(self._expected("a colon"), inner)
            self._step()
            found[name] = self._value(inner)
            if not self._goes_on(path, "}"):
                return found

    def _array(self, path: Path) -> list[Json]:
        found: list[Json] = []
        self._step()
        if self._peek() == "]":
            self._step()
            return found
        while True:
            found.append(self._value((*path, len(found))))
            if not self._goes_on(path, "]"):
                return found

    def _goes_on(self, path: Path, closing: str) -> bool:
        """After a member: True behind a comma, False behind the closing bracket."""
        self._skip()
        mark = self._peek()
        if mark == closing:
            self.at += 1
            return False
        if mark != ",":
            self._break(self._expected(f"a comma or {closing}"), path)
        comma = self.at
        self._step()
        if self._peek() == closing:
            self.at = comma
            self._break(f"A comma stands before {closing}.", path)
        return True

    def _string(self, path: Path) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:
            self._break_string(path)
        self.at = match.end()
        written = match.group()
        if "\\" not in written:
            return written[1:-1]
        text: str = json.loads(written)
        if is_half_a_character(written, text):
            self.at = match.start()
            self._break("An escape in this text stands for half of a character.", path)
        return text

    def _scalar(self, path: Path) -> Json:
        if word := _WORD.match(self.text, self.at):
            self.at = word.end()
            return _WORDS[word.group()]
        number = _NUMBER.match(self.text, self.at)
        if number is None:
            self._break(self._expected("a value"), path)
        if len(number.group()) > LONGEST_NUMBER:
            self._break("This number is too long.", path)
        value = float(number.group()) if number[1] or number[2] else int(number.group())
        if value in (float("inf"), float("-inf")):
            self._break("This number is too large.", path)
        self.at = number.end()
        return value

    def _break_string(self, path: Path) -> NoReturn:
        """Finds what is wrong in the string that begins here."""
        begin = self.at
        fine = _STRING_SO_FAR.match(self.text, begin)
        self.at = fine.end() if fine else begin
        here = self._peek()
        if not here:
            self.at = begin
            self._break("This text has no closing quote.", path)
        if here == "\\":
            self._break('A backslash must be followed by one of " \\ / b f n r t u.', path)
        if here == "\n":
            self._break("The line ends within a text: its closing quote is missing.", path)
        self._break(f"The character U+{ord(here):04X} can't stand in a text.", path)

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _skip(self) -> None:
        if self.text[self.at : self.at + 1] not in _BLANKS:
            return
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _step(self) -> None:
        """Past the mark that stands here, and the white space behind it."""
        self.at += 1
        self._skip()

    def _expected(self, what: str) -> str:
        here = self._peek()
        if not here:
            return f"The document ends where {what} is expected."
        shown = here if here.isprintable() else f"U+{ord(here):04X}"
        return f"Expected {what}, found {shown}"

    def _break(self, message: str, path: Path) -> NoReturn:
        raise _JsonFault(Fault(message, path, self.at))
