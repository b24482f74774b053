"""Counts that pages show, remembered for a minute: to count a large AWS account's users is to read an index of them.

Each process remembers its own, so that no page waits to write in the database's cache while a pull writes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

REMEMBERED_S = 60


def lately(rows: QuerySet[Any], *, most: int | None = None) -> int:
    """How many rows there are, or were up to a minute ago. What is counted is told by the query, every filter in it.

    `most`: one more says that there are more, and the others are left uncounted.
    """
    return lately_each([rows] if most is None else [rows.order_by()[: most + 1]])[0]


def lately_each(several: Sequence[QuerySet[Any]]) -> list[int]:
    """The same of each, in one query for all that nobody remembers."""
    return counted_lately([count_query(rows) for rows in several])


def counted_lately(queries: Sequence[CountQuery | None]) -> list[int]:
    """The same of rows whose queries are compiled already."""
    known: dict[str, int] = caches["counts"].get_many([query.key for query in queries if query])
    new = {query.key: query for query in queries if query and query.key not in known}
    if new:
        known |= (fresh := dict(zip(new, _answers(list(new.values())), strict=True)))
        caches["counts"].set_many(fresh, REMEMBERED_S)
    return [known[query.key] if query else 0 for query in queries]


def forget(rows: QuerySet[Any]) -> None:
    """This process counts them anew."""
    if query := count_query(rows):
        caches["counts"].delete(query.key)


@dataclass(frozen=True)
class CountQuery:
    """The query of a QuerySet as it was compiled, which takes longer than to look its count up."""

    key: str
    using: str
    sql: str
    params: Sequence[Any]


def count_query(rows: QuerySet[Any]) -> CountQuery | None:
    """None for rows that no query need look for."""
    try:
        unordered = rows if rows.query.is_sliced else rows.order_by()
        sql, params = unordered.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None
    return CountQuery(hashlib.sha256(repr((rows.db, sql, params)).encode()).hexdigest(), rows.db, sql, params)


def _answers(queries: Sequence[CountQuery]) -> Sequence[int]:
    """Written by hand: Django counts one QuerySet at a time, or rows of one model."""
    each = ", ".join(f"(SELECT COUNT(*) FROM ({query.sql}) AS counted)" for query in queries)  # noqa: S608  Django's own
    with connections[queries[0].using].cursor() as cursor:
        cursor.execute(f"SELECT {each}", [param for query in queries for param in query.params])
        row: Sequence[int] = cursor.fetchone()
    return row


@dataclass(frozen=True)
class FirstRows:
    """The first of rows that may be thousands, for a page that isn't their list, and how many there are."""

    rows: Sequence[Any]
    total: int

    def __bool__(self) -> bool:
        return bool(self.rows)

    @property
    def left_out(self) -> int:
        return self.total - len(self.rows)


def first_of(rows: QuerySet[Any], most: int) -> FirstRows:
    """At most `most` of them; they are only counted when there are more."""
    found = list(rows[: most + 1])
    return FirstRows(found[:most], len(found) if len(found) <= most else max(lately(rows), most + 1))
