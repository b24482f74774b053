"""`SourceState` follows the runs by a trigger: whatever ends a run, also a process of the release before, is noted.

So what asks how each source stands never reads the runs themselves, of which there are millions after a year.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

from accounts.models import AwsAccount
from sync.models import Run, SourceState

_TABLE = SourceState._meta.db_table
_RUNS = Run._meta.db_table
_OF_A_SOURCE = "{row}object_id = '' AND {row}state IN ('done', 'failed')"
_MERGED = "ON CONFLICT (aws_account_id, source, region) DO UPDATE SET " + ", ".join(
    f"{column} = {{{which}}}(COALESCE({_TABLE}.{column}, excluded.{column}), "
    f"COALESCE(excluded.{column}, {_TABLE}.{column}))"
    for column, which in (("done_id", "most"), ("failed_id", "most"), ("first_done_id", "least"))
)
_MOST = {"sqlite": {"most": "max", "least": "min"}, "postgresql": {"most": "GREATEST", "least": "LEAST"}}
_INTO = f"INSERT INTO {_TABLE} (aws_account_id, source, region, done_id, failed_id, first_done_id)"
_OF_NEW = """VALUES (NEW.aws_account_id, NEW.source, NEW.region, CASE WHEN NEW.state = 'done' THEN NEW.id END,
CASE WHEN NEW.state = 'failed' THEN NEW.id END, CASE WHEN NEW.state = 'done' THEN NEW.id END)"""
_OF_ALL = f"""SELECT aws_account_id, source, region, MAX(CASE WHEN state = 'done' THEN id END),
MAX(CASE WHEN state = 'failed' THEN id END), MIN(CASE WHEN state = 'done' THEN id END) FROM {_RUNS}
WHERE {_OF_A_SOURCE.format(row="")} AND aws_account_id = %s GROUP BY aws_account_id, source, region"""  # noqa: S608
_ACTS = {"inserted": "INSERT", "updated": "UPDATE OF state"}
_FIND = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = to_regclass(%s)",
}


def make_missing(database: BaseDatabaseWrapper) -> bool:
    """Makes the triggers where there are none, or others; whether it did."""
    wanted = _triggers(database.vendor)
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        there = _there(cursor)
        if there == wanted.keys():
            return False
        _drop(cursor, there - wanted.keys())
        for name in wanted.keys() - there:
            for statement in wanted[name]:
                cursor.execute(statement)
    return True


def drop(database: BaseDatabaseWrapper) -> None:
    """All of them, before their table goes; runs are written without them then."""
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        _drop(cursor, _there(cursor))


def _there(cursor: CursorWrapper) -> set[str]:
    cursor.execute(_FIND[cursor.db.vendor], [_RUNS])
    return {name for (name,) in cursor.fetchall() if name.startswith(_TABLE)}


def _drop(cursor: CursorWrapper, names: Collection[str]) -> None:
    is_postgresql = cursor.db.vendor == "postgresql"
    for name in names:
        cursor.execute(f'DROP TRIGGER "{name}"' + (f" ON {_RUNS}" if is_postgresql else ""))
        if is_postgresql:
            cursor.execute(f'DROP FUNCTION IF EXISTS "{name}"()')


def trigger_names(vendor: str) -> set[str]:
    return set(_triggers(vendor))


def _triggers(vendor: str) -> dict[str, list[str]]:
    """By names that change with what they do."""
    note = f"{_INTO} {_OF_NEW} {_MERGED.format(**_MOST[vendor])}"
    mark = hashlib.sha256(note.encode()).hexdigest()[:6]
    when = f"WHEN ({_OF_A_SOURCE.format(row='NEW.')})"
    made = {}
    for word, act in _ACTS.items():
        name = f"{_TABLE}_{word}_{mark}"
        about = f'CREATE TRIGGER "{name}" AFTER {act} ON {_RUNS} FOR EACH ROW {when}'
        if vendor == "sqlite":
            made[name] = [f"{about} BEGIN {note}; END"]
        else:
            body = f"$$ BEGIN {note}; RETURN NULL; END $$"
            function = f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS {body}'
            made[name] = [function, f'{about} EXECUTE FUNCTION "{name}"()']
    return made


def fill_in(aws_accounts: QuerySet[Any]) -> None:
    """From the runs that there are. What triggers note meanwhile stays."""
    database = connections[aws_accounts.db]
    with database.cursor() as cursor:
        for pk in aws_accounts.values_list("pk", flat=True):
            cursor.execute(f"{_INTO} {_OF_ALL} {_MERGED.format(**_MOST[database.vendor])}", [pk])
        if database.vendor == "postgresql":  # else it reads all runs to join these few rows with them
            cursor.execute(f"ANALYZE {_TABLE}")


def make_triggers(sender: Any, using: str, plan: list[Any] | None = None, apps: Any = None, **kwargs: Any) -> None:
    """After `migrate`: where SQLite has built the table of runs anew, it has lost its triggers."""
    database = connections[using]
    if plan is None or not {_TABLE, _RUNS} <= set(database.introspection.table_names()):
        return
    if make_missing(database):
        fill_in(AwsAccount.objects.using(using))
