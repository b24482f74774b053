"""JSON as lines of small pieces, so that a template can print it with line numbers and colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from iamconsole.web.diff import lines_of

DEEPEST = 20  # static/css/code.css has a rule for every second column up to here
_PIECE = re.compile(
    # A text that doesn't close goes to the end of its line, so that no line is looked through again and again.
    r'(?P<k>"(?:[^"\\]|\\.)*+")(?=\s*:)|(?P<s>"(?:[^"\\]|\\.)*+(?:"|\\?$))|'
    r"(?P<n>-?\b\d[\d.eE+-]*\b|\b(?:true|false|null)\b)"
)


@dataclass(frozen=True)
class HighlightedLine:
    number: int
    html: SafeString
    mark: str = ""  # "", "warn", "danger" or "here"
    indent: int = 0


def json_lines(text: str, marks: dict[int, str] | None = None) -> list[HighlightedLine]:
    """The lines of a JSON text; `marks` gives lines (from 1) a mark. Text that isn't JSON is printed as it is."""
    marks = marks or {}
    return [
        HighlightedLine(number, mark_safe("".join(_pieces(line))), marks.get(number, ""), indent_of(line))  # noqa: S308  escaped
        for number, line in enumerate(lines_of(text), start=1)
    ]


def indent_of(line: str) -> int:
    """How far in a line begins, in columns: even, so that what wraps can begin there, too."""
    return min(len(line) - len(line.lstrip(" ")), DEEPEST) // 2 * 2


def _pieces(line: str) -> Iterator[str]:
    end = 0
    for match in _PIECE.finditer(line):
        yield escape(line[end : match.start()])
        yield f'<span class="{match.lastgroup}">{escape(match.group())}</span>'
        end = match.end()
    yield escape(line[end:])
