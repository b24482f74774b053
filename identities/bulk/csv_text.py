"""A table as spreadsheets save it: text to lines with the cells by their column's name."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from iamconsole.web.exports import FORMULA_STARTS, csv_line

MOST_BYTES = 1024 * 1024
MOST_LINES = 1_000
PROBLEM = "problem"  # a column that nobody reads: `rejected` writes it
_DELIMITERS = ",;\t"


class TableError(Exception):
    """Nothing of the table can be read; the text is a sentence for the operator."""


@dataclass(frozen=True)
class CsvLine:
    """`number` is that of the file. `problem`: a sentence why its cells can't be told apart; `more`: those beyond the
    header."""

    number: int
    cells: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    more: Sequence[str] = ()


def lines_of(text: str, known: Collection[str], prefixes: Sequence[str] = ()) -> list[CsvLine]:
    """The lines below the header, blank ones left out. Columns are `known`, or begin with one of `prefixes`; what the
    column "problem" says is left out, so that corrected rows are taken as they are.

    Raises TableError.
    """
    if len(text.encode()) > MOST_BYTES:
        raise TableError("The table is larger than 1 MB. Make several of it.")
    if "\0" in text:
        raise TableError("This is no text: it has characters that are zero.")
    reader, header = _header(text.removeprefix("\ufeff"))
    _check_header(header, known, prefixes)
    found = list(_lines(reader, header))
    if not found:
        raise TableError("There is no row below the header.")
    if len(found) > MOST_LINES:
        raise TableError(f"The table has {len(found):,} rows: at most {MOST_LINES:,} go into one change.")
    return found


class _NumberedReader:
    """A csv.reader, and the number of the first line of the file that belongs to each row."""

    def __init__(self, text: str, delimiter: str, skipped: int) -> None:
        self._reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        self._skipped = skipped

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        while True:
            number = self._reader.line_num + 1 + self._skipped
            try:
                yield number, next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise TableError(f"Line {number} can’t be read: {error}.") from None


def _header(text: str) -> tuple[Iterator[tuple[int, list[str]]], list[str]]:
    first = text.lstrip("\r\n").partition("\n")[0].strip()
    said = first[4:] if first.lower().startswith("sep=") else ""  # spreadsheets write "sep=;" above the header
    delimiter = said if said and said in _DELIMITERS else max(_DELIMITERS, key=first.count)
    reader = iter(_NumberedReader(text.partition("\n")[2] if said else text, delimiter, 1 if said else 0))
    for _, cells in reader:
        if any(cell.strip() for cell in cells):
            return reader, [cell.strip().casefold() if ":" not in cell else cell.strip() for cell in cells]
    raise TableError("There is nothing in it.")


def _check_header(header: list[str], known: Collection[str], prefixes: Sequence[str]) -> None:
    for name in header:
        if name not in (*known, PROBLEM) and not any(name.startswith(prefix) and name != prefix for prefix in prefixes):
            words = f"“{name[:80]}” is no column." if name else "A column has no name."
            raise TableError(f"{words} The first line names the columns: {', '.join((*known, *prefixes))}….")
    if twice := [name for name in header if header.count(name) > 1]:
        raise TableError(f"The column {twice[0]} is there twice.")
    if "name" not in header:
        raise TableError("The first line names the columns, and one of them must be “name”.")


def _lines(reader: Iterator[tuple[int, list[str]]], header: list[str]) -> Iterator[CsvLine]:
    for number, cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[len(header) :]):
            words = f"It has {len(cells)} cells, and the header {len(header)}."
            yield CsvLine(number, _by_column(header, cells), words, tuple(map(_cell, cells[len(header) :])))
            continue
        yield CsvLine(number, dict.fromkeys(_read(header), "") | _by_column(header, cells))


def _read(header: list[str]) -> list[str]:
    return [name for name in header if name != PROBLEM]


def _by_column(header: list[str], cells: list[str]) -> dict[str, str]:
    found = dict(zip(header, map(_cell, cells), strict=False))
    return {name: found[name] for name in _read(header) if name in found}


def _cell(text: str) -> str:
    """Always a text. The ' that exports put before what a spreadsheet takes for a formula goes."""
    said = text.strip()
    return said[1:] if said.startswith("'") and said[1:].lstrip(" ").startswith(FORMULA_STARTS) else said


def rejected(lines: Iterable[CsvLine], problems: Mapping[int, str]) -> Iterator[str]:
    """A table of the lines that have a problem, by their numbers; a column before the others says which."""
    bad = [line for line in lines if line.number in problems]
    header = list(dict.fromkeys(name for line in bad for name in line.cells))
    yield csv_line([PROBLEM, *header])
    for line in bad:
        yield csv_line([problems[line.number], *(line.cells.get(name, "") for name in header), *line.more])
