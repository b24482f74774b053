"""The first rows of several ranges of an index, in one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F, QuerySet


@dataclass(frozen=True)
class RangeMerge:
    """The rows of forty AWS accounts in the order of their names: an index has that order within each of them only.

    So each range is asked for its first rows, all in one statement, and these are put in order. The question is
    compiled once, with a number that no row has in place of the value of `column` ("aws_account").
    """

    column: str
    values: Sequence[int]

    TOGETHER: ClassVar[int] = 50  # ranges of one statement: SQLite takes 500, and 32,766 parameters
    _STANDS_FOR: ClassVar[int] = -7_394_021

    def first(self, ordered: QuerySet[Any], key: str, limit: int, *, descending: bool) -> list[Any]:
        """At most `limit` of `ordered`, which is ordered by `key` and then by primary key, or by that alone."""
        one = ordered.filter(**{self.column: self._STANDS_FOR}).annotate(range_key=F(key), range_pk=F("pk"))
        try:
            sql, params = one.values("range_key", "range_pk")[:limit].query.sql_with_params()
        except EmptyResultSet:
            return []
        pks: list[int] = []
        for begin in range(0, len(self.values), self.TOGETHER):
            values = self.values[begin : begin + self.TOGETHER]
            pks += self._first_of(ordered.db, (sql, params), values, limit, descending=descending)
        return list(ordered.filter(pk__in=pks)[:limit])

    def _first_of(
        self, using: str, one: tuple[str, Sequence[Any]], values: Sequence[int], limit: int, *, descending: bool
    ) -> list[int]:
        """The primary keys.

        As SQL: Django compiles each part of a union, and on SQLite refuses limits in them ("LIMIT/OFFSET not allowed in
        subqueries of compound statements"). The text is put together of what Django compiled, of numbers and of the
        words here; all values are parameters.
        """
        sql, params = one
        each = " UNION ALL ".join(f"SELECT * FROM ({sql}) AS one_{number}" for number, _ in enumerate(values))  # noqa: S608
        way = "DESC" if descending else "ASC"
        said = f"SELECT range_pk FROM ({each}) AS each_range ORDER BY range_key {way}, range_pk {way} LIMIT {limit}"  # noqa: S608
        with connections[using].cursor() as cursor:
            cursor.execute(said, [value if each == self._STANDS_FOR else each for value in values for each in params])
            return [pk for (pk,) in cursor.fetchall()]
