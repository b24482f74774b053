"""Queries that are compiled once: of what every request asks, Django compiles longer than the database takes to answer.

    @lru_cache(1000)
    def _names(aws_account_id: int) -> CompiledQuery:
        return compiled(IamUser.objects.filter(aws_account=aws_account_id).values_list("name"))

Whoever keeps one keeps it by all that its filters depend on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import QuerySet
from django.db.models.sql import Query


@dataclass(frozen=True)
class CompiledQuery:
    using: str
    sql: str
    params: Sequence[Any]
    query: Query
    columns: Sequence[Any]

    def rows(self) -> list[Sequence[Any]]:
        """As `values_list` gives them."""
        compiler = self.query.get_compiler(self.using)  # of this thread's connection
        with connections[self.using].cursor() as cursor:
            cursor.execute(self.sql, self.params)
            found = cursor.fetchall()
        return list(compiler.apply_converters(found, compiler.get_converters(self.columns)))


def compiled(rows: QuerySet[Any, Any]) -> CompiledQuery:
    """Of rows by `values_list`. Raises EmptyResultSet where no query need look for any."""
    compiler = rows.query.get_compiler(rows.db)
    sql, params = compiler.as_sql()
    return CompiledQuery(rows.db, sql, params, rows.query, [column for column, _, _ in compiler.select])
