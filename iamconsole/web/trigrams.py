"""Substring search by an index of trigrams: FTS5's on SQLite, `pg_trgm`'s on PostgreSQL.

A model names the columns that are searched (`searched`), and `migrate` makes its index at the end, whatever the
migrations did to the table: the index is derived, and where SQLite builds a table anew it loses the triggers by which
the index follows. Where the database has no trigrams (PostgreSQL without the extension and the right to make it, an
old SQLite), searching reads the table instead; `manage.py doctor` says so.
"""

from __future__ import annotations

import hashlib
import logging
from functools import reduce
from typing import Any

from django.apps import AppConfig, apps
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, BooleanField, F, Func, Model, Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL

from iamconsole.database_version import columns_of

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
        phrase = '"' + words.replace('"', '""') + '"'
        name = _name(model)
        found = RawSQL(f'SELECT rowid FROM "{name}" WHERE "{name}" MATCH %s', [phrase])  # noqa: S608, S611
        if not along:
            return rows.filter(pk__in=found)
        met: QuerySet[Any] = rows.alias(met=WithoutIndex(F("pk"), output_field=BigIntegerField())).filter(met__in=found)
        return met
    matches = [Q(**{f"{column}__icontains": words}) for column in _columns(model)]
    return rows.filter(reduce(Q.__or__, matches))


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
    "postgresql": "SELECT 1 FROM pg_indexes WHERE schemaname = current_schema() AND indexname = %s",
}


def _columns(model: type[Model]) -> tuple[str, ...]:
    return getattr(model, "searched", ())


def _name(model: type[Model]) -> str:
    """Of the index; it changes with the columns, so that another list of them makes another index."""
    columns = hashlib.sha256(" ".join(_columns(model)).encode()).hexdigest()[:6]
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
_FTS = "fts5(text, content = '', tokenize = 'trigram')"  # the text itself is in the table that is searched


def make_indexes(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """After `migrate`: an index for each model that is searched, where there is none that fits."""
    connection = connections[using]
    for model in sender.get_models():
        if _columns(model) and _has_table(connection, model):
            _MAKERS[connection.vendor](connection, model)


def _has_table(connection: BaseDatabaseWrapper, model: type[Model]) -> bool:
    """Whether all searched columns are there: `migrate` can be told to stop half-way."""
    found = columns_of(connection, model._meta.db_table)
    return {model._meta.get_field(column).column for column in _columns(model)} <= found  # type: ignore[union-attr]


def _make_on_postgresql(connection: BaseDatabaseWrapper, model: type[Model]) -> None:
    if is_indexed(connection, model):
        return
    table = model._meta.db_table
    text = " || ' ' || ".join(f"COALESCE((\"{column}\")::text, '')" for column in _columns(model))
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {_EXTENSION}")
            for old in _old(cursor, "SELECT indexname FROM pg_indexes WHERE tablename = %s", table, table):
                cursor.execute(f'DROP INDEX "{old}"')
            cursor.execute(f'CREATE INDEX "{_name(model)}" ON "{table}" USING gin (({text}) gin_trgm_ops)')
    except DatabaseError as error:
        log.warning("Searching %s reads the whole table: %s", table, str(error).strip())


def _make_on_sqlite(connection: BaseDatabaseWrapper, model: type[Model]) -> None:
    name, table = _name(model), model._meta.db_table
    new, old = (_text_on_sqlite(model, row) for row in ("NEW", "OLD"))
    changed = ", ".join(f'"{column}"' for column in _columns(model))
    add = f'INSERT INTO "{name}"(rowid, text) VALUES (NEW.id, {new})'  # noqa: S608
    take = f'INSERT INTO "{name}"("{name}", rowid, text) VALUES (\'delete\', OLD.id, {old})'  # noqa: S608
    differs = f"WHEN {old} IS NOT {new} OR OLD.id IS NOT NEW.id"
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
        text = _text_on_sqlite(model, f'"{table}"')
        cursor.execute(f'INSERT INTO "{name}"(rowid, text) SELECT id, {text} FROM "{table}"')  # noqa: S608


def _text_on_sqlite(model: type[Model], row: str) -> str:
    return " || ' ' || ".join(f"COALESCE({row}.\"{column}\", '')" for column in _columns(model))


def _old(cursor: Any, query: str, param: str, table: str) -> list[str]:
    """The indexes of trigrams that the table has or had."""
    cursor.execute(query, [param])
    return [row[0] for row in cursor.fetchall() if row[0].startswith(f"{table}_trigrams_")]


_MAKERS = {"postgresql": _make_on_postgresql, "sqlite": _make_on_sqlite}
