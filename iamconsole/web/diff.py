"""The difference of two texts, line by line, for the element `{% text_diff %}`."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from iamconsole.web.words import counted

CONTEXT = 3  # unchanged lines kept around each difference
MOST_PAIRS = 100_000  # of equal lines, one on each side: comparing takes long where there are more
_MEMBER = re.compile(r'(?P<key>\s*"(?:[^"\\]|\\.)*+": )(?P<value>.*?)(?P<comma>,?)')
_LINE_END = re.compile(r"\r\n|\n|\r")
_CLOSES = {"[": "]", "{": "}"}


class DiffLine(NamedTuple):
    sign: str  # "+", "-", " ", or "…" for a run that is left out
    text: str


class _Pair(NamedTuple):
    """A line as the old text has it and as the new one does; a "-" is in the old one alone, a "+" in the new one."""

    sign: str
    old: str
    new: str


def text_diff(old: str, new: str, context: int = CONTEXT) -> list[DiffLine]:
    """What became of the lines of `old`; long unchanged runs are one line that counts them. Equal texts: nothing."""
    pairs = list(_compared(lines_of(old), lines_of(new), as_json=False))
    return [DiffLine(pair.sign, pair.new or pair.old) for pair in _shortened(pairs, context)]


def document_diff(old: str, new: str, context: int = CONTEXT) -> list[DiffLine]:
    """The same for JSON documents: what is merely written differently (white space, commas) is no difference.

    Both are laid out alike, also one text where IAM takes a list: `"a"` that becomes `["a", "b"]` gains a line.
    """
    return [DiffLine(pair.sign, pair.new or pair.old) for pair in _shortened(_of_documents(old, new), context)]


def side_by_side(old: str, new: str, context: int = CONTEXT) -> tuple[list[DiffLine], list[DiffLine]]:
    """`document_diff` as two columns of equal height: what was, with the lines that went, and what is, with the new.

    Equal texts are shown whole, as they are.
    """
    pairs = _shortened(_of_documents(old, new), context)
    if not pairs:
        whole = [DiffLine(" ", line) for line in lines_of(laid_out(new))]
        return whole, whole
    columns: tuple[list[DiffLine], list[DiffLine]] = ([], [])
    for pair in pairs:
        if pair.sign in " …":
            _level(columns)
        for column, own, text in zip(columns, "-+", (pair.old, pair.new), strict=True):
            if pair.sign in (own, " ", "…"):
                column.append(DiffLine(pair.sign, text))
    _level(columns)
    return columns


def _level(columns: tuple[list[DiffLine], list[DiffLine]]) -> None:
    """Fills the shorter one up with empty lines."""
    height = max(map(len, columns))
    for column in columns:
        column += [DiffLine(" ", "")] * (height - len(column))


# ---- Comparing -----------------------------------------------------------------------------------------------


def _of_documents(old: str, new: str) -> list[_Pair]:
    before, after = lines_of(laid_out(old)), lines_of(laid_out(new))
    pairs = list(_compared(before, after, as_json=True))
    if before != after and all(pair.sign == " " for pair in pairs):
        return list(_compared(before, after, as_json=False))  # commas alone: one of them is no JSON
    return pairs


def _compared(before: list[str], after: list[str], *, as_json: bool) -> Iterator[_Pair]:
    old_keys, new_keys = ([line.removesuffix(",") for line in lines] if as_json else lines for lines in (before, after))
    matcher = SequenceMatcher(None, old_keys, new_keys, autojunk=_equal_pairs(old_keys, new_keys) > MOST_PAIRS)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        old, new = before[start:end], after[new_start:new_end]
        if tag == "equal":
            yield from (_Pair(" ", *lines) for lines in zip(old, new, strict=True))
        elif as_json and (opened := (_opened(old, new), _opened(new, old))) != (old, new):
            yield from _compared(*opened, as_json=True)
        else:
            yield from (_Pair("-", line, "") for line in old)
            yield from (_Pair("+", "", line) for line in new)


def _equal_pairs(before: list[str], after: list[str]) -> int:
    counts = Counter(after)
    return sum(counts[line] for line in before)


def _opened(lines: list[str], others: list[str]) -> list[str]:
    """The lines, with what stands in one line as a list (or a map) over several, where the others have it so."""
    found: list[str] = []
    begun = set(others)
    for line in lines:
        member = _MEMBER.fullmatch(line)
        opening = next((sign for sign in "[{" if member and f"{member['key']}{sign}" in begun), "")
        if member and opening and (inner := _inner(member["value"], opening)) is not None:
            space = " " * (len(line) - len(line.lstrip()))
            inner = [f"{space}  {value}" for value in inner]
            found += [f"{member['key']}{opening}", *inner, f"{space}{_CLOSES[opening]}{member['comma']}"]
        else:
            found.append(line)
    return found


def _inner(value: str, opening: str) -> list[str] | None:
    if value == f"{opening}{_CLOSES[opening]}":
        return []
    return [value] if opening == "[" and value.startswith('"') else None


def _shortened(pairs: list[_Pair], context: int) -> list[_Pair]:
    """Long unchanged runs as one line that counts them; nothing where all is unchanged."""
    runs = [(same, list(run)) for same, run in groupby(pairs, key=lambda pair: pair.sign == " ")]
    if not any(not same for same, _ in runs):
        return []
    lines: list[_Pair] = []
    for place, (same, run) in enumerate(runs):
        head, tail = (0 if place == edge else context for edge in (0, len(runs) - 1))
        lines += _collapsed(run, head, tail) if same else run
    return lines


def _collapsed(run: list[_Pair], head: int, tail: int) -> list[_Pair]:
    hidden = len(run) - head - tail
    if hidden < 2:  # a line that says "1 unchanged line" is no shorter than that line
        return run
    words = counted(hidden, "unchanged line")
    return [*run[:head], _Pair("…", words, words), *run[len(run) - tail :]]


# ---- Documents laid out --------------------------------------------------------------------------------------


def lines_of(text: str) -> list[str]:
    """As `splitlines`, but other characters than line ends, such as U+0085, stay in their line and can be shown."""
    lines = _LINE_END.split(text)
    return lines if lines[-1] else lines[:-1]


def laid_out(text: str) -> str:
    """A JSON text with two spaces of indent; text that isn't JSON, or would lose a repeated key, stays as it is."""
    try:
        found = json.loads(text, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        return text
    return json.dumps(found, indent=2, ensure_ascii=False)


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A key stands twice.")
    return found


# ---- JSON as lines of small pieces ---------------------------------------------------------------------------------
# So that a template can print it with line numbers and colours.
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
