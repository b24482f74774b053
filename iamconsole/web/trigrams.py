"""Substring search by an index of trigrams: FTS5's on SQLite, `pg_trgm`'s on PostgreSQL.

A model names the columns that are searched (`searched`), and `migrate` makes its index at the end, whatever the
migrations did to the table: the index is derived, and where SQLite builds a table anew it loses the triggers by which
the index follows. On SQLite the index also has whose a row is (`searched_by`, a foreign key, its AWS account's as a
rule), so that a question about some of them never meets the rows of the others. Where the database has no trigrams
(PostgreSQL without the extension and the right to make it, an old SQLite), searching reads the table instead;
`manage.py doctor` says so.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

from django.apps import AppConfig, apps
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, BooleanField, F, Func, Model, Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL

from iamconsole.database_version import columns_of
from iamconsole.web.waiting import long_lock_waits

LEAST = 3  # characters: an index of trigrams can't help with fewer
log = logging.getLogger("iamconsole.search")


class WithoutIndex(Func):
    """SQLite's way to say that no index is to be used for a column ("The SQLite Query Optimizer Overview")."""

    template = "+%(expressions)s"


def containing(rows: QuerySet[Any], words: str, *, along: bool = False) -> QuerySet[Any]:
    """The rows with `words` in a searched column, in either case.

    `along`: so many that SQLite is to go along the order of the list, and only looks whether each is among them.
    """
    model, connection = rows.model, connections[rows.db]
    if connection.vendor == "postgresql":
        return rows.filter(_IsLike(_SearchedText(*_columns(model)), Value(f"%{_escaped(words)}%")))
    if is_indexed(connection, model):
        name = _name(model)
        found = RawSQL(f'SELECT rowid FROM "{name}" WHERE "{name}" MATCH %s', [_all_of([words])])  # noqa: S608, S611
        if not along:
            return rows.filter(pk__in=found)
        met: QuerySet[Any] = rows.alias(met=WithoutIndex(F("pk"), output_field=BigIntegerField())).filter(met__in=found)
        return met
    matches = [Q(**{f"{column}__icontains": words}) for column in _columns(model)]
    return rows.filter(reduce(Q.__or__, matches))


def rows_with(
    connection: BaseDatabaseWrapper,
    model: type[Model],
    texts: Sequence[str],
    whose: Sequence[int] | None,
    limit: int,
    *,
    behind: str = "",
) -> tuple[str, list[Any]]:
    """As SQL behind WHERE: the rows with all `texts`, of `LEAST` characters or more, in the searched columns.

    `behind`: each text begins a word, which one of these characters ends before it. On SQLite that may be a word of any
    searched column, else it is one of the name: either finds the rows that are to come first, among all with the texts.
    `whose`: the keys that `searched_by` may have; None: any. SQLite's index gives `limit` rows and stops; on the other
    ways the query has to say that itself.
    """
    if connection.vendor == "sqlite" and is_indexed(connection, model):
        ways = [[f"{before}{text}" for text in texts] for before in behind] or [list(texts)]
        asked = " OR ".join(f"({_all_of(way)})" for way in ways)
        if whose is not None:
            asked = f"({asked}) AND scope : ({' OR '.join(_as_phrase(_scope_of(key)) for key in whose)})"
        name, table = _name(model), model._meta.db_table
        met = f'SELECT rowid FROM "{name}" WHERE "{name}" MATCH %s LIMIT {limit}'  # noqa: S608
        return f'"{table}".id IN ({met})', [asked]
    text, table = f"({_text(connection, model)})", model._meta.db_table
    postgresql = connection.vendor == "postgresql"
    where = " AND ".join(f"{text} {'ILIKE %s' if postgresql else _LIKE}" for _ in texts)
    params: list[Any] = [f"%{_escaped(each)}%" for each in texts]
    if whose is not None:
        among, param = is_among(connection, f'"{table}"."{_owner(model)}"', whose)
        where, params = f"{where} AND {among}", [*params, param]
    if not behind:
        return f"({where})", params
    # The index is asked once for the texts. What is behind them is looked at in the first rows that it gives.
    met = f'SELECT id FROM "{table}" WHERE {where} LIMIT {_LOOKED_AT}'  # noqa: S608
    if postgresql:
        begins, patterns = "name_key ~ %s", [f"[{behind}]{re.escape(each)}" for each in texts]
    else:
        begins = f"({' OR '.join(f'name_key {_LIKE}' for _ in behind)})"
        patterns = [f"%{_escaped(before + each)}%" for each in texts for before in behind]
    words = " AND ".join(begins for _ in texts)
    return f'"{table}".id IN ({met}) AND {words}', [*params, *patterns]


_LOOKED_AT = 2_000  # of rows whose text an index found
_LIKE = r"LIKE %s ESCAPE '\'"


def first_with(rows: QuerySet[Any], text: str, whose: Sequence[int] | None, limit: int) -> QuerySet[Any]:
    """`limit` of the rows at most that have `text` in a searched column, whichever are met first."""
    where, params = rows_with(connections[rows.db], rows.model, [text], whose, limit)
    found: QuerySet[Any] = rows.filter(RawSQL(where, params, output_field=BooleanField()))[:limit]  # noqa: S611
    return found


def is_among(connection: BaseDatabaseWrapper, column: str, keys: Sequence[int]) -> tuple[str, Any]:
    """As SQL, with one parameter however many there are: so that the same text of a query serves all."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", list(keys)
    return f"{column} IN (SELECT value FROM json_each(%s))", json.dumps(list(keys))  # noqa: S608


def _all_of(texts: Iterable[str]) -> str:
    return f"text : ({' AND '.join(map(_as_phrase, texts))})"


def _as_phrase(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def is_indexed(connection: BaseDatabaseWrapper, model: type[Model]) -> bool:
    key = (connection.alias, connection.settings_dict["NAME"], _name(model))
    if key not in _indexed:
        with connection.cursor() as cursor:
            cursor.execute(_FIND[connection.vendor], [_name(model)])
            if cursor.fetchone() is None:
                return False
        _indexed.add(key)
    return True


def unindexed(connection: BaseDatabaseWrapper) -> list[type[Model]]:
    """The searched models that have no index: `migrate` couldn't make it."""
    return [model for model in apps.get_models() if _columns(model) and not is_indexed(connection, model)]


_indexed: set[tuple[str, str, str]] = set()
_FIND = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE name = %s",
    "postgresql": "SELECT 1 FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
    "WHERE relnamespace = current_schema()::regnamespace AND relname = %s AND indisvalid",
}


def _columns(model: type[Model]) -> tuple[str, ...]:
    return getattr(model, "searched", ())


def _owner(model: type[Model]) -> str:
    """The column of whose a row is."""
    return str(model._meta.get_field(getattr(model, "searched_by", "aws_account")).column)  # type: ignore[union-attr]


def _name(model: type[Model]) -> str:
    """Of the index; it changes with the columns, so that another list of them makes another index."""
    columns = hashlib.sha256(" ".join((*_columns(model), _owner(model))).encode()).hexdigest()[:6]
    return f"{model._meta.db_table}_trigrams_{columns}"


class _SearchedText(Func):
    """All searched columns as one text: as the index has it, to the letter."""

    template = "(%(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = TextField()

    def __init__(self, *columns: str) -> None:
        super().__init__(*(Func(F(column), template="COALESCE((%(expressions)s)::text, '')") for column in columns))


class _IsLike(Func):
    template = "%(expressions)s"
    arg_joiner = " ILIKE "
    output_field = BooleanField()


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


# ---- Making the index ----------------------------------------------------------------------------------------
_EXTENSION = "pg_trgm"  # whoever may create things in the database may create it, where the server has it
# The text itself is in the table that is searched. Whose a row is stands there as three characters of a private range,
# which nobody types: one trigram.
_FTS = "fts5(text, scope, content = '', tokenize = 'trigram')"
_PRIVATE, _DIGIT_BITS = 0xF0000, 12


def make_indexes(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """After `migrate`: an index for each model that is searched, where there is none that fits."""
    connection = connections[using]
    for model in sender.get_models():
        if _columns(model) and _has_table(connection, model):
            _MAKERS[connection.vendor](connection, model)


def _has_table(connection: BaseDatabaseWrapper, model: type[Model]) -> bool:
    """Whether all searched columns are there: `migrate` can be told to stop half-way."""
    found = columns_of(connection, model._meta.db_table)
    searched = {model._meta.get_field(column).column for column in _columns(model)}  # type: ignore[union-attr]
    return {*searched, _owner(model)} <= found


def _make_on_postgresql(connection: BaseDatabaseWrapper, model: type[Model]) -> None:
    if is_indexed(connection, model):
        return
    table, text = model._meta.db_table, _text(connection, model)
    tested = connection.in_atomic_block
    how = "" if tested else "CONCURRENTLY"  # while the table is read and written
    try:
        with (
            transaction.atomic(using=connection.alias) if tested else long_lock_waits(connection),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {_EXTENSION}")
            for old in _old(cursor, "SELECT indexname FROM pg_indexes WHERE tablename = %s", table, table):
                cursor.execute(f'DROP INDEX {how} "{old}"')
            cursor.execute(f'CREATE INDEX {how} "{_name(model)}" ON "{table}" USING gin (({text}) gin_trgm_ops)')
    except DatabaseError as error:
        log.warning("Searching %s reads the whole table: %s", table, str(error).strip())


def _make_on_sqlite(connection: BaseDatabaseWrapper, model: type[Model]) -> None:
    name, table = _name(model), model._meta.db_table
    new, old = (_text_on_sqlite(model, row) for row in ("NEW", "OLD"))
    whose, whose_before = (_scope_on_sqlite(model, row) for row in ("NEW", "OLD"))
    changed = ", ".join(f'"{column}"' for column in (*_columns(model), _owner(model)))
    add = f'INSERT INTO "{name}"(rowid, text, scope) VALUES (NEW.id, {new}, {whose})'  # noqa: S608
    gone = f"VALUES ('delete', OLD.id, {old}, {whose_before})"
    take = f'INSERT INTO "{name}"("{name}", rowid, text, scope) {gone}'
    differs = f"WHEN {old} IS NOT {new} OR OLD.id IS NOT NEW.id OR {whose_before} IS NOT {whose}"
    triggers = {
        f"{name}_add": f'AFTER INSERT ON "{table}" BEGIN {add}; END',
        f"{name}_take": f'AFTER DELETE ON "{table}" BEGIN {take}; END',
        f"{name}_change": f'AFTER UPDATE OF "id", {changed} ON "{table}" {differs} BEGIN {take}; {add}; END',
    }
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        if {row[0] for row in cursor.fetchall()} >= triggers.keys():
            return
        for index in _old(cursor, "SELECT name FROM sqlite_master WHERE sql LIKE %s", "CREATE VIRTUAL%", table):
            for act in ("add", "take", "change"):
                cursor.execute(f'DROP TRIGGER IF EXISTS "{index}_{act}"')
            cursor.execute(f'DROP TABLE "{index}"')
        try:
            cursor.execute(f'CREATE VIRTUAL TABLE "{name}" USING {_FTS}')
        except DatabaseError as error:  # SQLite before 3.34, or built without FTS5
            log.warning("Searching %s reads the whole table: %s", table, error)
            return
        for trigger, body in triggers.items():
            cursor.execute(f'CREATE TRIGGER "{trigger}" {body}')
        text, scope = _text_on_sqlite(model, f'"{table}"'), _scope_on_sqlite(model, f'"{table}"')
        cursor.execute(f'INSERT INTO "{name}"(rowid, text, scope) SELECT id, {text}, {scope} FROM "{table}"')  # noqa: S608


def _text(connection: BaseDatabaseWrapper, model: type[Model]) -> str:
    """All searched columns as one text; on PostgreSQL as the index has it, to the letter."""
    if connection.vendor == "postgresql":
        return " || ' ' || ".join(f"COALESCE((\"{column}\")::text, '')" for column in _columns(model))
    return _text_on_sqlite(model, f'"{model._meta.db_table}"')


def _text_on_sqlite(model: type[Model], row: str) -> str:
    return " || ' ' || ".join(f"COALESCE({row}.\"{column}\", '')" for column in _columns(model))


def _scope_of(key: int) -> str:
    """As `_scope_on_sqlite` writes it."""
    return "".join(chr(_PRIVATE + (key >> bits & (1 << _DIGIT_BITS) - 1)) for bits in (24, 12, 0))


def _scope_on_sqlite(model: type[Model], row: str) -> str:
    digits = (f'{_PRIVATE} + ({row}."{_owner(model)}" >> {bits} & {(1 << _DIGIT_BITS) - 1})' for bits in (24, 12, 0))
    return f"char({', '.join(digits)})"


def _old(cursor: Any, query: str, param: str, table: str) -> list[str]:
    """The indexes of trigrams that the table has or had."""
    cursor.execute(query, [param])
    return [row[0] for row in cursor.fetchall() if row[0].startswith(f"{table}_trigrams_")]


_MAKERS = {"postgresql": _make_on_postgresql, "sqlite": _make_on_sqlite}
