"""How much room the console takes, and has: its disk, its database, each table, and how fast that grows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from monitoring.models import TableSize

KEPT = timedelta(days=400)
# What is smaller grows nowhere that matters.
LEAST = 64 * 2**10


@dataclass(frozen=True)
class Room:
    """Bytes, of the disk that the state folder is on: where the database is too, unless it is a server's."""

    total: int
    free: int


@dataclass(frozen=True)
class GrowingTable:
    """`a_day`: bytes, None where the first look was on the same day as the last."""

    table: str
    size: int
    rows: int | None
    a_day: float | None


def disk() -> Room:
    usage = shutil.disk_usage(settings.STATE_DIR)
    return Room(usage.total, usage.free)


def database_size() -> int:
    """Bytes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
    name = str(connection.settings_dict["NAME"])
    files = (Path(f"{name}{end}") for end in ("", "-wal"))
    return sum(file.stat().st_size for file in files if file.is_file())


# ---- Tables, once a day --------------------------------------------------------------------------------------------
def note_sizes() -> None:
    """Once a day; called again on the same day it does nothing. SQLite reads the whole file for it."""
    today = timezone.now().date()
    if TableSize.objects.filter(day=today).exists():
        return
    found = [TableSize(day=today, table=name[:100], size=size, rows=rows) for name, size, rows in _sizes()]
    with transaction.atomic():
        TableSize.objects.bulk_create([each for each in found if each.size >= LEAST], ignore_conflicts=True)


def forget_sizes() -> None:
    TableSize.objects.filter(day__lt=timezone.now().date() - KEPT).delete()


def newest() -> list[TableSize]:
    """Of the last day that was looked at, the largest first."""
    last = TableSize.objects.order_by("-day").values_list("day", flat=True).first()
    return list(TableSize.objects.filter(day=last).order_by("-size")) if last else []


def growing(most: int, *, over_days: int = 30) -> Sequence[GrowingTable]:
    """The largest tables, with how they grew since the oldest look of these days."""
    last = newest()[:most]
    if not last:
        return []
    before: dict[str, TableSize] = {}
    since = last[0].day - timedelta(days=over_days)
    earlier = TableSize.objects.filter(table__in=[each.table for each in last], day__gte=since, day__lt=last[0].day)
    for each in earlier.order_by("day"):
        before.setdefault(each.table, each)
    return [_growing(each, before.get(each.table)) for each in last]


def _growing(now: TableSize, before: TableSize | None) -> GrowingTable:
    a_day = (now.size - before.size) / (now.day - before.day).days if before else None
    return GrowingTable(now.table, now.size, now.rows, a_day)


def _sizes() -> Iterator[tuple[str, int, int | None]]:
    """Tables of our schema: name, bytes with indexes, and rows as the planner estimates them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT relname, pg_total_relation_size(oid), CASE WHEN reltuples < 0 THEN NULL ELSE reltuples END"
                " FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
            )
            yield from ((name, size, None if rows is None else round(rows)) for name, size, rows in cursor.fetchall())
            return
        with suppress(DatabaseError):  # an SQLite without its table of pages
            cursor.execute(
                "SELECT coalesce(m.tbl_name, s.name), sum(s.pgsize) FROM dbstat s LEFT JOIN sqlite_master m"
                " ON m.name = s.name WHERE s.aggregate = TRUE GROUP BY 1"
            )
            yield from ((name, size, None) for name, size in cursor.fetchall())
