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
from django.db.models import QuerySet

REMEMBERED_S = 60


def lately(rows: QuerySet[Any]) -> int:
    """How many rows there are, or were up to a minute ago. What is counted is told by the query, every filter in it."""
    try:
        sql, params = rows.order_by().query.sql_with_params()
    except EmptyResultSet:
        return 0
    key = hashlib.sha256(repr((rows.db, sql, params)).encode()).hexdigest()
    remembered: int | None = caches["counts"].get(key)
    if remembered is None:
        remembered = rows.count()
        caches["counts"].set(key, remembered, REMEMBERED_S)
    return remembered


@dataclass(frozen=True)
class Few:
    """The first of rows that may be thousands, for a page that isn't their list, and how many there are."""

    rows: Sequence[Any]
    total: int

    def __bool__(self) -> bool:
        return bool(self.rows)

    @property
    def left_out(self) -> int:
        return self.total - len(self.rows)


def first_of(rows: QuerySet[Any], most: int) -> Few:
    """At most `most` of them; they are only counted when there are more."""
    found = list(rows[: most + 1])
    return Few(found[:most], len(found) if len(found) <= most else max(lately(rows), most + 1))
