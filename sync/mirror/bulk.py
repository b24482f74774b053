"""Bulk writes: many rows in one statement, without model instances, as pulls write (decision 013).

A row is a dictionary of its columns by their names in the table ("group_id"); all rows of a call have the same ones.
What they don't name gets the field's default in a new row, and stays as it is in one that is there. Statements are
those of SQLite ≥ 3.35 and PostgreSQL; only how the rows get into them differs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from itertools import chain
from operator import itemgetter
from typing import Any, TypeAlias

from django.db import IntegrityError, connection, models, transaction

Columns = dict[str, Any]  # a row by the names of its columns
Adapt = Callable[[Any], Any]
AnyField: TypeAlias = "models.Field[Any, Any]"

# SQLite takes 32,766 parameters in a statement (SQLITE_MAX_VARIABLE_NUMBER).
_MOST_PARAMETERS = 32_000


def insert(model: type[models.Model], rows: Sequence[Columns]) -> None:
    _write(model, rows, "")


def insert_missing(
    model: type[models.Model], rows: Sequence[Columns], *, key: Sequence[str], returning: str
) -> dict[Any, int]:
    """Leaves rows whose `key` is there as they are. The pks of the new ones, by the column `returning`.

    By the order of their key: of two who bring the same ones at once, one waits for the other.
    """
    then = f"ON CONFLICT ({names_of(key)}) DO NOTHING"
    return dict(_write(model, sorted(rows, key=itemgetter(*key)), then, returning))


def upsert(
    model: type[models.Model],
    rows: Sequence[Columns],
    *,
    key: Sequence[str],
    kept: Collection[str] = (),
    returning: str = "",
) -> dict[Any, int]:
    """Rows whose `key` is there get the new columns, but for those `kept`. All pks, by the column `returning` if any.

    No two rows may have the same key.
    """
    if not rows:
        return {}
    written = [name for name in rows[0] if name not in key and name not in kept]
    new = ", ".join(f"{names_of([name])} = excluded.{names_of([name])}" for name in written)
    return dict(_write(model, rows, f"ON CONFLICT ({names_of(key)}) DO UPDATE SET {new}", returning))


def select(
    model: type[models.Model],
    names: Sequence[str],
    column: str,
    among: Iterable[Any],
    equal: Columns | None = None,
    *,
    lock: bool = False,
) -> list[Columns]:
    """Columns of the rows whose `column` is one of `among` and whose others are `equal`; in the order of `column`.

    `lock`: until the transaction ends.
    """
    values = list(among)
    if not values:
        return []
    equal = equal or {}
    postgres = connection.vendor == "postgresql"
    tests = [f"{names_of([name])} {'IS NULL' if value is None else '= %s'}" for name, value in equal.items()]
    of = _type(field_of(model, column))
    one_of = f"= ANY(CAST(%s AS {of}[]))" if postgres else "IN (SELECT value FROM json_each(%s))"
    tests.append(f"{names_of([column])} {one_of}")
    statement = (
        f"SELECT {names_of(names)} FROM {names_of([model._meta.db_table])} WHERE {' AND '.join(tests)} "  # noqa: S608
        f"ORDER BY {names_of([column])}{' FOR UPDATE' if lock and postgres else ''}"
    )
    params = [value for value in equal.values() if value is not None]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, _array(values) if postgres else _ENCODER.encode(values)])
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for name in names:
        for convert, expression in _converters(model, name):
            for row in found:
                row[name] = convert(row[name], expression, connection)
    return found


def _array(values: Sequence[Any]) -> str:
    """PostgreSQL's way to write one. psycopg would look at each value for itself, which takes far longer."""
    escaped = (str(value).replace("\\", r"\\").replace('"', r"\"") for value in values)
    return "{" + ",".join(f'"{value}"' for value in escaped) + "}"


def _converters(model: type[models.Model], name: str) -> list[tuple[Callable[..., Any], Any]]:
    """How a value of the column comes from the database: only some types need it."""
    expression = field_of(model, name).cached_col
    converters = connection.ops.get_db_converters(expression) + expression.get_db_converters(connection)
    return [(convert, expression) for convert in converters]


def update(model: type[models.Model], rows: Sequence[Columns]) -> None:
    """Gives each row that is there, by its pk, its own values in the other columns."""
    if not rows:
        return
    key, table = names_of([str(model._meta.pk.column)]), names_of([model._meta.db_table])
    fields = [field_of(model, name) for name in rows[0]]
    names = [names_of([str(field.column)]) for field in fields]
    new = ", ".join(f"{name} = given.{name}" for name in names if name != key)
    for part in _batches(model, rows):
        source, params = _source(fields, part)
        given = f"WITH given ({', '.join(names)}) AS ({source})"
        change = f"UPDATE {table} SET {new} FROM given WHERE {table}.{key} = given.{key}"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(f"{given} {change}", params)


def _write(
    model: type[models.Model], rows: Sequence[Columns], then: str, returning: str = ""
) -> list[tuple[Hashable, int]]:
    """Inserts, with `then` at the end of the statement; (value of the column `returning`, pk) of what it wrote."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    names = [str(field.column) for field in fields]
    written: list[tuple[Hashable, int]] = []
    for part in _batches(model, rows):
        source, params = _source(fields, part)
        statement = f"INSERT INTO {names_of([model._meta.db_table])} ({names_of(names)}) {source} {then}"
        with connection.cursor() as cursor:
            if returning:
                cursor.execute(f"{statement} RETURNING {names_of([returning, str(model._meta.pk.column)])}", params)
                written += cursor.fetchall()
            else:
                cursor.execute(statement, params)
    return written


def _batches(model: type[models.Model], rows: Sequence[Columns]) -> Iterator[Sequence[Columns]]:
    """As many rows as go into one statement."""
    most = _MOST_PARAMETERS // len(model._meta.concrete_fields)
    for begin in range(0, len(rows), most):
        yield rows[begin : begin + most]


# ---- How rows get into a statement -----------------------------------------------------------------------------
def _source(fields: Sequence[AnyField], rows: Sequence[Columns]) -> tuple[str, list[Any]]:
    """A query that gives the rows, with these columns in this order; and its parameters.

    What is the same in all rows, such as the AWS account and the time, is given once: most columns are.
    """
    shared = _shared(fields, rows)
    own = [field for field in fields if field.attname not in shared] or [fields[0]]
    if connection.vendor == "postgresql":
        names, given, params = _as_json(own, rows)
        once = "CAST(%s AS {type})"
    else:
        names, given, params = _as_values(own, rows)
        once = "%s"
    row = [names[field] if field in names else once.format(type=_type(field)) for field in fields]
    values = [_adapted(field, shared[field.attname]) for field in fields if field not in names]
    return f"SELECT {', '.join(row)} FROM {given} WHERE true", values + params  # noqa: S608


def _shared(fields: Sequence[AnyField], rows: Sequence[Columns]) -> Columns:
    """The value of each column that has the same one in all rows; of those that the rows don't name, the default."""
    first, others = rows[0], rows[1:]
    named = {name for name, value in first.items() if all(row[name] == value for row in others)}
    return {
        field.attname: first[field.attname] if field.attname in first else default_of(field)
        for field in fields
        if field.attname in named or field.attname not in first
    }


Given = tuple[dict[AnyField, str], str, list[Any]]  # what each column is called there, the source, its parameters


def _as_json(fields: Sequence[AnyField], rows: Sequence[Columns]) -> Given:
    """One parameter, which PostgreSQL takes apart: a fifth of what a parameter for each value costs us."""
    names = {field: names_of([str(field.column)]) for field in fields}
    columns = ", ".join(f"{name} {_type(field)}" for field, name in names.items())
    listed = [{field.column: row[field.attname] for field in fields} for row in rows]
    return names, f"json_to_recordset(%s) AS given ({columns})", [json.dumps(listed, default=str)]


def _type(field: AnyField) -> str:
    """Without the length that a type may have: a cast would cut what is too long, where to store it is an error."""
    return str(field.db_type(connection)).partition("(")[0]


def _as_values(fields: Sequence[AnyField], rows: Sequence[Columns]) -> Given:
    columns = [_values(field, rows) for field in fields]
    row = f"({', '.join(['%s'] * len(fields))})"
    names = {field: f"column{number}" for number, field in enumerate(fields, 1)}
    return names, f"(VALUES {', '.join([row] * len(rows))})", list(chain.from_iterable(zip(*columns, strict=True)))


def _values(field: AnyField, rows: Sequence[Columns]) -> list[Any]:
    name, adapt = str(field.attname), adapter_of(field)
    values = [row[name] for row in rows]
    return [adapt(value) for value in values] if adapt else values


def _adapted(field: AnyField, value: Any) -> Any:
    adapt = adapter_of(field)
    return adapt(value) if adapt else value


def default_of(field: AnyField) -> Any:
    default = field.get_default()
    return default.value if isinstance(default, Enum) else default


def adapter_of(field: AnyField) -> Adapt | None:
    """How a value of the field goes to the database; None: as it is."""
    if isinstance(field, models.JSONField):
        return lambda value: None if value is None else _ENCODER.encode(value)
    if isinstance(field, models.DateTimeField):
        return _moment if connection.vendor == "sqlite" else connection.ops.adapt_datetimefield_value
    return None if isinstance(field, _PLAIN) else lambda value: field.get_db_prep_save(value, connection)


def _moment(value: datetime | None) -> str | None:
    """As Django writes it into SQLite; its own way there takes several times as long."""
    if value is not None and value.tzinfo is UTC:
        return str(value)[: -len("+00:00")]
    adapted: str | None = connection.ops.adapt_datetimefield_value(value)
    return adapted


_ENCODER = json.JSONEncoder()
_PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.ForeignKey)


def field_of(model: type[models.Model], column: str) -> Any:
    return model._meta.get_field(column)


def names_of(names: Sequence[str]) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in names)


# ---- PostgreSQL's COPY ---------------------------------------------------------------------------------------------
# Inserts new rows by PostgreSQL's COPY, in two thirds of the time of an upsert, without looking anything up first.
# It knows no ON CONFLICT, so it is for who has another way should one of them be there after all (decision 013). What
# differs from row to row may be prepared in another thread.
_NULL = r"\N"
_BETWEEN = "\0"  # which no text may have (sync/texts.py)


@dataclass(frozen=True)
class CopyLines:
    """Some columns of rows, as lines of COPY's text format without their ends."""

    columns: tuple[str, ...]
    lines: Sequence[str]


def prepared_lines(model: type[models.Model], rows: Sequence[Columns]) -> CopyLines | None:
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
