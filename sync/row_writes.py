"""Which rows of the mirror were written since somebody last looked, whoever wrote them.

Triggers note each row that is made, changed in a column that matters, or deleted. `migrate` makes them at its end,
whatever the migrations did to the table. What is kept in a process of what the rows say follows by that, row by row:

    seen = position(aws_account)          # before the rows are read
    writes = writes_since(aws_account, seen)   # None: too much to follow, or that can't be known; read all again

PostgreSQL's transactions don't end in the order of their numbers. So what is noted by one that was still going on at
the last look, or began since, is looked at (`pg_snapshot_xmin`), and what vanished in between was rolled back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Any

from django.db import connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from accounts.models import AwsAccount
from sync.models import RowWrite

KEPT = timedelta(days=1)
_LONGEST_S = 6 * 3600  # that a position is good for
MOST = 5_000  # writes that are followed row by row
_BATCH = 5_000  # that are forgotten in one turn

Written = tuple[str, int]  # the kind, and the id of a row
Row = tuple[Any, ...]  # the first transaction that goes on; of a note its number, token, transaction, kind and row


@dataclass(frozen=True)
class NotedTable:
    """`columns`: those that matter. `row` names the row that is noted, "id" the one that was written itself.

    `account`: of a table without the column aws_account_id, what finds it; `{row}` stands for the row.
    """

    kind: str
    model: type[models.Model]
    columns: Sequence[str]
    row: str = "id"
    account: str = '{row}."aws_account_id"'

    @property
    def table(self) -> str:
        return self.model._meta.db_table


_noted: list[NotedTable] = []


def register(*tables: NotedTable) -> None:
    for each in tables:
        if any(each.table == other.table for other in _noted):
            raise ValueError(f"Writes to {each.table} are noted already.")
        _noted.append(each)


# ---- Looking -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class WritePosition:
    """Until where somebody has looked. `last`: number and token of the last note then; `open`: notes, by number, of
    transactions that may still be rolled back."""

    floor: int
    last: tuple[int, int] | None
    open: Mapping[int, Written] = field(default_factory=dict)
    at: float = field(default_factory=monotonic)


def position(aws_account_pk: int) -> WritePosition:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _looked(_rows_since(cursor, aws_account_pk, _now(cursor), _last(cursor, aws_account_pk)))[0]
        last = _last(cursor, aws_account_pk)
        return WritePosition(0, last)


def writes_since(aws_account_pk: int, seen: WritePosition) -> tuple[WritePosition, set[Written]] | None:
    """The position of now, and the rows that were written since `seen`, or are as before again."""
    if monotonic() - seen.at > _LONGEST_S:
        return None
    with connection.cursor() as cursor:
        rows = _rows_since(cursor, aws_account_pk, seen.floor, seen.last)
    return _told(rows, seen)


def _told(rows: Sequence[Row], seen: WritePosition) -> tuple[WritePosition, set[Written]] | None:
    if len(rows) > MOST or (seen.last and all(row[1:3] != seen.last for row in rows)):
        return None
    found, noted = _looked(rows)
    known = {seen.last[0], *seen.open} if seen.last else set(seen.open)
    new = {written for number, written in noted.items() if number not in known}
    vanished = {written for number, written in seen.open.items() if noted.get(number) != written}
    return found, new | vanished


# ---- Of many AWS accounts at once, by primary key --------------------------------------------------------------
def positions(aws_account_pks: Collection[int]) -> dict[int, WritePosition]:
    """`position` of each, in one or two queries."""
    if not aws_account_pks:
        return {}
    with connection.cursor() as cursor:
        floor = _now(cursor) if connection.vendor == "postgresql" else 0
        cursor.execute(_LAST_OF_EACH.format(_values(aws_account_pks, 1)), list(aws_account_pks))
        last = {pk: (number, token) if number is not None else None for pk, number, token in cursor.fetchall()}
        if connection.vendor != "postgresql":
            return {pk: WritePosition(0, found) for pk, found in last.items()}
        asked = {pk: (floor, found) for pk, found in last.items()}
        return {pk: _looked(rows)[0] for pk, rows in _rows_of_each(cursor, asked).items()}


def unwritten_since(seen: Mapping[int, WritePosition]) -> set[int]:
    """Those of which surely no row was written since, in one query."""
    young = {pk: each for pk, each in seen.items() if monotonic() - each.at <= _LONGEST_S}
    if not young:
        return set()
    with connection.cursor() as cursor:
        found = _rows_of_each(cursor, {pk: (each.floor, each.last) for pk, each in young.items()})
    if sum(map(len, found.values())) > MOST:
        return set()
    told = {pk: _told(rows, young[pk]) for pk, rows in found.items()}
    return {pk for pk, each in told.items() if each is not None and not each[1]}


def _rows_of_each(cursor: Any, asked: Mapping[int, tuple[int, tuple[int, int] | None]]) -> dict[int, list[Row]]:
    """By floor and last note of each; as `_rows_since` has them. Of all together no more than MOST and one."""
    statement = _POSTGRESQL_EACH if connection.vendor == "postgresql" else _SQLITE_EACH
    values = [value for pk, (floor, last) in asked.items() for value in (pk, floor, last[0] if last else 0)]
    cursor.execute(statement.format(_values(asked, 3)), [*values, MOST + 1])
    found: dict[int, list[Row]] = {pk: [] for pk in asked}
    for pk, *row in cursor.fetchall():
        found[pk].append(tuple(row))
    return found


def _values(rows: Collection[Any], columns: int) -> str:
    return ", ".join([f"({', '.join(['%s'] * columns)})"] * len(rows))


_LAST_OF_EACH = """
WITH asked(pk) AS (VALUES {})
SELECT asked.pk, w.id, w.token FROM asked LEFT JOIN sync_rowwrite w ON w.id = (
    SELECT n.id FROM sync_rowwrite n WHERE n.aws_account_id = asked.pk
    ORDER BY n.transaction_id DESC, n.id DESC LIMIT 1)
"""
_POSTGRESQL_EACH = """
WITH asked(pk, floor, last) AS (VALUES {})
SELECT asked.pk, now.first, w.id, w.token, w.transaction_id, w.kind, w.row_id
FROM asked CROSS JOIN (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS first) now
LEFT JOIN sync_rowwrite w ON w.aws_account_id = asked.pk
    AND (w.transaction_id >= asked.floor OR w.id = asked.last)
ORDER BY w.id LIMIT %s
"""
_SQLITE_EACH = """
WITH asked(pk, floor, last) AS (VALUES {})
SELECT asked.pk, 0, w.id, w.token, w.transaction_id, w.kind, w.row_id
FROM asked JOIN sync_rowwrite w
    ON w.aws_account_id = asked.pk AND w.transaction_id = asked.floor AND w.id >= asked.last
ORDER BY w.id LIMIT %s
"""


_POSTGRESQL = """
SELECT now.first, w.id, w.token, w.transaction_id, w.kind, w.row_id
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS first) now
LEFT JOIN sync_rowwrite w ON w.aws_account_id = %s AND (w.transaction_id >= %s OR w.id = %s)
ORDER BY w.id LIMIT %s
"""
_SQLITE = """
SELECT 0, id, token, transaction_id, kind, row_id FROM sync_rowwrite
WHERE aws_account_id = %s AND transaction_id = %s AND id >= %s ORDER BY id LIMIT %s
"""


def _rows_since(cursor: Any, aws_account_pk: int, floor: int, last: tuple[int, int] | None) -> list[Row]:
    statement = _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE
    cursor.execute(statement, [aws_account_pk, floor, last[0] if last else 0, MOST + 1])
    return list(cursor.fetchall())


def _looked(rows: Sequence[Row]) -> tuple[WritePosition, dict[int, Written]]:
    """Where that leads, and what is noted, by number."""
    first = rows[0][0] if rows else 0
    notes = [row for row in rows if row[1] is not None]
    noted = {number: (kind, row_id) for _, number, _, _, kind, row_id in notes}
    going_on = {number: noted[number] for _, number, _, transaction_id, _, _ in notes if transaction_id >= first > 0}
    last = (notes[-1][1], notes[-1][2]) if notes else None
    return WritePosition(first, last, going_on), noted


def _last(cursor: Any, aws_account_pk: int) -> tuple[int, int] | None:
    cursor.execute(
        "SELECT id, token FROM sync_rowwrite WHERE aws_account_id = %s ORDER BY transaction_id DESC, id DESC LIMIT 1",
        [aws_account_pk],
    )
    found: tuple[int, int] | None = cursor.fetchone()
    return found


def _now(cursor: Any) -> int:
    cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    return int(cursor.fetchone()[0])


def forget_old() -> int:
    """Part of the minute's tick. Returns how many: those of a day ago, and of an AWS account all but the newest.

    Whoever is behind by more than MOST has to read all rows again, so the newest 2 * MOST are enough.
    """
    oldest = RowWrite.objects.order_by("pk").values_list("pk", flat=True)[:_BATCH]
    removed, _ = RowWrite.objects.filter(pk__in=list(oldest), at__lt=timezone.now() - KEPT).delete()
    for pk in AwsAccount.objects.order_by("pk").values_list("pk", flat=True):
        notes = RowWrite.objects.filter(aws_account_id=pk).order_by("-transaction_id", "-id")
        too_many = list(notes.values_list("pk", flat=True)[2 * MOST : 2 * MOST + _BATCH])
        removed += RowWrite.objects.filter(pk__in=too_many).delete()[0] if too_many else 0
    return removed


# ---- Triggers ------------------------------------------------------------------------------------------------
_PREFIX = "noted_"
_COLUMNS = "aws_account_id, kind, row_id, transaction_id, token, at"


def make_triggers(sender: object, using: str, plan: list[Any] | None = None, **kwargs: Any) -> None:
    """After `migrate`: makes those that are missing, and drops those that aren't as they should be."""
    database = connections[using]
    if plan is None or not {RowWrite._meta.db_table, *(each.table for each in _noted)} <= set(_tables(database)):
        return
    wanted = {name: statements for each in _noted for name, statements in _MAKERS[database.vendor](each)}
    with transaction.atomic(using=using), database.cursor() as cursor:
        cursor.execute(_FIND[database.vendor])
        there = {name: table for name, table in cursor.fetchall() if name.startswith(_PREFIX)}
        for name in there.keys() - wanted.keys():
            cursor.execute(f'DROP TRIGGER "{name}"' + (f' ON "{there[name]}"' if database.vendor != "sqlite" else ""))
        for name in wanted.keys() - there.keys():
            for statement in wanted[name]:
                cursor.execute(statement)


def _tables(database: BaseDatabaseWrapper) -> list[str]:
    return database.introspection.table_names()


_FIND = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE NOT t.tgisinternal",
}


def _named(each: NotedTable, act: str, body: str) -> str:
    """It changes with what it does, so that another one is made where the code changes."""
    return f"{_PREFIX}{each.table}_{act}_{hashlib.sha256(body.encode()).hexdigest()[:6]}"


def _on_sqlite(each: NotedTable) -> Iterator[tuple[str, list[str]]]:
    differs = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in each.columns)
    listed = ", ".join(f'"{column}"' for column in each.columns)
    for act, row, when in (
        ("INSERT", "NEW", ""),
        ("DELETE", "OLD", ""),
        (f"UPDATE OF {listed}", "NEW", f"WHEN {differs} "),
    ):
        values = f"{each.account.format(row=row)}, '{each.kind}', {row}.\"{each.row}\", 0, random(), "
        moment = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
        note = f"INSERT INTO sync_rowwrite ({_COLUMNS}) VALUES ({values}{moment})"  # noqa: S608
        body = f'AFTER {act} ON "{each.table}" {when}BEGIN {note}; END'
        name = _named(each, act.partition(" ")[0].lower(), body)
        yield name, [f'CREATE TRIGGER "{name}" {body}']


def _on_postgresql(each: NotedTable) -> Iterator[tuple[str, list[str]]]:
    """One for each statement: a pull writes thousands of rows with one."""
    listed = [", ".join(f'{row}."{column}"' for column in each.columns) for row in ("r", "o")]
    for act, source, tables in (
        ("INSERT", "new_rows r", "NEW TABLE AS new_rows"),
        ("DELETE", "old_rows r", "OLD TABLE AS old_rows"),
        (
            "UPDATE",
            f"new_rows r JOIN old_rows o ON o.id = r.id WHERE ({listed[0]}) IS DISTINCT FROM ({listed[1]})",
            "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        ),
    ):
        values = f"{each.account.format(row='r')}, '{each.kind}', r.\"{each.row}\", "
        chance = "pg_current_xact_id()::text::bigint, (random() * 9e18)::bigint, clock_timestamp()"
        note = f"INSERT INTO sync_rowwrite ({_COLUMNS}) SELECT {values}{chance} FROM {source}"  # noqa: S608
        body = f"$$ BEGIN {note}; RETURN NULL; END $$"
        name = _named(each, act.lower(), body + tables)[:63]
        yield (
            name,
            [
                f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS {body}',
                f'CREATE TRIGGER "{name}" AFTER {act} ON "{each.table}" REFERENCING {tables} '
                f'FOR EACH STATEMENT EXECUTE FUNCTION "{name}"()',
            ],
        )


_MAKERS = {"sqlite": _on_sqlite, "postgresql": _on_postgresql}
