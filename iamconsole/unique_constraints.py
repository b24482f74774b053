"""Unique constraints for which NULL is a value like any other, on SQLite as on PostgreSQL.

In SQL two NULLs are distinct, so a constraint lets any number of rows pass whose foreign key is NULL. PostgreSQL can be
told otherwise (`nulls_distinct=False`), SQLite can't, and Django leaves such a constraint out there (models.W047).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import BigIntegerField, F, Q, UniqueConstraint, Value
from django.db.models.functions import Coalesce

_NO_ROW = 0  # both databases count primary keys from 1


def unique_nulls_not_distinct(
    *fields: str, nullable: Sequence[str], name: str, violation_error_message: str, condition: Q | None = None
) -> UniqueConstraint:
    """One row at most with the same values. `nullable`: foreign keys, of which NULL equals NULL.

    By an index of expressions: a conditional constraint for each set of keys that are NULL would be 2ⁿ of them.
    """
    keys = [Coalesce(F(key), Value(_NO_ROW), output_field=BigIntegerField()) for key in nullable]
    return UniqueConstraint(
        *fields, *keys, condition=condition, name=name, violation_error_message=violation_error_message
    )
