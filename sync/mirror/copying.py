"""Inserts new rows by PostgreSQL's COPY, in two thirds of the time of an upsert, without looking anything up first.

It knows no ON CONFLICT, so it is for who has another way should one of them be there after all (decision 013). What
differs from row to row may be prepared in another thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, models, transaction

from sync.mirror.bulk import AnyField, Columns, adapter_of, default_of, field_of, names_of

_NULL = r"\N"
_BETWEEN = "\0"  # which no text may have (sync/texts.py)


@dataclass(frozen=True)
class CopyLines:
    """Some columns of rows, as lines of COPY's text format without their ends."""

    columns: tuple[str, ...]
    lines: Sequence[str]


def prepared(model: type[models.Model], rows: Sequence[Columns]) -> CopyLines | None:
    """All rows have the same columns. None where the database has no COPY: SQLite."""
    if connection.vendor != "postgresql" or not rows:
        return None
    texts = [_texts(field_of(model, name), [row[name] for row in rows]) for name in rows[0]]
    return CopyLines(tuple(rows[0]), [_line(values) for values in zip(*texts, strict=True)])


def insert_new(model: type[models.Model], rows: CopyLines, common: Columns) -> bool:
    """All of them, in the caller's transaction; False where one is there: then nothing was written.

    `common`: columns that are the same in all. What nobody names gets the field's default.
    """
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    others = [field for field in fields if field.attname not in rows.columns]
    values = [common[field.attname] if field.attname in common else default_of(field) for field in others]
    end = "".join(f"\t{_text(field, value)}" for field, value in zip(others, values, strict=True))
    names = names_of([*rows.columns, *(str(field.column) for field in others)])
    described = "".join([f"{line}{end}\n" for line in rows.lines])
    return _copied(f"COPY {names_of([model._meta.db_table])} ({names}) FROM STDIN", described)


def _copied(statement: str, described: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor, connection.wrap_database_errors:
            copying: Any = cursor.copy  # psycopg’s
            with copying(statement) as copy:
                copy.write(described)
    except IntegrityError:
        return False
    return True


def _texts(field: AnyField, values: Sequence[Any]) -> list[str | None]:
    adapt = adapter_of(field)
    adapted = [adapt(value) for value in values] if adapt else values
    return [value if value is None or type(value) is str else str(value) for value in adapted]


def _text(field: AnyField, value: Any) -> str:
    [text] = _texts(field, [value])
    return _NULL if text is None else _escaped(text)


def _line(values: tuple[str | None, ...]) -> str:
    """Escaped as a whole, which is faster, unless it has a NULL."""
    if None in values:
        return "\t".join([_NULL if value is None else _escaped(value) for value in values])
    return _escaped(_BETWEEN.join(values)).replace(_BETWEEN, "\t")  # type: ignore[arg-type]  # none is None


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
