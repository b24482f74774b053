"""Exports of a list: streamed, so that memory doesn't grow with the rows."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone

from iamconsole.web.words import machine_time

CHUNK = 500
# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, "CSV Injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class ExportColumn(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def value(self) -> Any: ...


class _Echo:
    """What csv.writer writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


_writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)


def csv_line(cells: Iterable[Any]) -> str:
    """Of every CSV that the console gives out. All cells are quoted: a spreadsheet may part lines at other characters
    than a comma, and what begins there is a cell that nobody looked at.
    """
    return str(_writer.writerow([as_text(cell) if isinstance(cell, str) else cell for cell in cells]))


def export_response(
    wanted: str, name: str, columns: Sequence[ExportColumn], rows: QuerySet[Any]
) -> StreamingHttpResponse:
    """All `rows` as a file, one column after the other as the list has them."""
    _, write = FORMATS[wanted]
    return file_response(wanted, name, write(columns, rows.iterator(chunk_size=CHUNK)))


def file_response(wanted: str, name: str, lines: Iterator[str]) -> StreamingHttpResponse:
    """`wanted`: one of FORMATS."""
    content_type, _ = FORMATS[wanted]
    response = StreamingHttpResponse(lines, content_type=content_type)
    filename = f"{name}-{timezone.localtime():%Y-%m-%d}.{wanted}"
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def csv_lines(columns: Sequence[ExportColumn], rows: Iterator[Any]) -> Iterator[str]:
    yield csv_line(column.name for column in columns)
    for row in rows:
        yield csv_line(_csv(column.value(row)) for column in columns)


def json_array(columns: Sequence[ExportColumn], rows: Iterator[Any]) -> Iterator[str]:
    """One array; each row an object on its own line."""
    separator = "[\n"
    for row in rows:
        yield separator + json.dumps(as_object(columns, row), ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def json_rows(columns: Sequence[ExportColumn], rows: Iterator[Any]) -> Iterator[str]:
    """JSON Lines: each row an object on its own line, so that any number of them is read one by one."""
    for row in rows:
        yield json.dumps(as_object(columns, row), ensure_ascii=False) + "\n"


def as_object(columns: Sequence[ExportColumn], row: Any) -> dict[str, Any]:
    return {column.name: _plain(column.value(row)) for column in columns}


def _plain(value: Any) -> Any:
    return machine_time(value) if isinstance(value, datetime) else value


def _csv(value: Any) -> Any:
    value = _plain(value)
    if isinstance(value, dict):
        value = ", ".join(f"{key}={_inner(item)}" for key, item in value.items())
    elif isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    return value


def as_text(value: str) -> str:
    """What a spreadsheet doesn't take for a formula."""
    return f"'{value}" if value.lstrip(" ").startswith(FORMULA_STARTS) else value


def _inner(value: Any) -> str:
    """Of a value within a value: as JSON says it."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


FORMATS = {
    "csv": ("text/csv; charset=utf-8", csv_lines),
    "json": ("application/json", json_array),
    "jsonl": ("application/jsonl", json_rows),
}
