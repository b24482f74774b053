"""The difference of two texts, line by line, for the element `{% text_diff %}`."""

from __future__ import annotations

import json
from collections import Counter
from difflib import SequenceMatcher
from typing import NamedTuple

from iamconsole.web.words import counted

CONTEXT = 3  # unchanged lines kept around each difference
MOST_PAIRS = 100_000  # of equal lines, one on each side: comparing takes long where there are more


class DiffLine(NamedTuple):
    sign: str  # "+", "-", " ", or "…" for a run that is left out
    text: str


def text_diff(old: str, new: str, context: int = CONTEXT) -> list[DiffLine]:
    """What became of the lines of `old`; long unchanged runs are one line that counts them. Equal texts: nothing."""
    before, after = old.splitlines(), new.splitlines()
    if before == after:
        return []
    lines: list[DiffLine] = []
    matcher = SequenceMatcher(None, before, after, autojunk=_pairs(before, after) > MOST_PAIRS)
    codes = matcher.get_opcodes()
    for place, (tag, start, end, new_start, new_end) in enumerate(codes):
        if tag == "equal":
            run = before[start:end]
            lines += _collapsed(run, 0 if place == 0 else context, 0 if place == len(codes) - 1 else context)
            continue
        lines += [DiffLine("-", line) for line in before[start:end]]
        lines += [DiffLine("+", line) for line in after[new_start:new_end]]
    return lines


def side_by_side(old: str, new: str, context: int = CONTEXT) -> tuple[list[DiffLine], list[DiffLine]]:
    """The same as two columns of equal height: what was, with the lines that went, and what is, with those that came.

    Equal texts are shown whole, as they are.
    """
    lines = text_diff(old, new, context)
    if not lines:
        whole = [DiffLine(" ", line) for line in new.splitlines()]
        return whole, whole
    columns: tuple[list[DiffLine], list[DiffLine]] = ([], [])
    for line in lines:
        if line.sign in " …":
            _level(columns)
        for column, own in zip(columns, "-+", strict=True):
            if line.sign in (own, " ", "…"):
                column.append(line)
    _level(columns)
    return columns


def _level(columns: tuple[list[DiffLine], list[DiffLine]]) -> None:
    """Fills the shorter one up with empty lines."""
    height = max(map(len, columns))
    for column in columns:
        column += [DiffLine(" ", "")] * (height - len(column))


def _pairs(before: list[str], after: list[str]) -> int:
    counts = Counter(after)
    return sum(counts[line] for line in before)


def document_diff(old: str, new: str, context: int = CONTEXT) -> list[DiffLine]:
    """The same for JSON documents: both are laid out alike first, so that white space is no difference."""
    return text_diff(laid_out(old), laid_out(new), context)


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


def _collapsed(run: list[str], head: int, tail: int) -> list[DiffLine]:
    hidden = len(run) - head - tail
    if hidden < 2:  # a line that says "1 unchanged line" is no shorter than that line
        return [DiffLine(" ", line) for line in run]
    gap = DiffLine("…", counted(hidden, "unchanged line"))
    kept_head = [DiffLine(" ", line) for line in run[:head]]
    kept_tail = [DiffLine(" ", line) for line in run[len(run) - tail :]]
    return [*kept_head, gap, *kept_tail]
