"""What models are made of beside Django's fields: a column for names without case, indexes for lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    CharField = models.CharField[Any, Any]  # generic for the type checker only
else:
    CharField = models.CharField


class FoldedField(CharField):
    """A case-folded text, in the order of its characters' numbers on every database.

    So "begins with" is a range of a plain index, on PostgreSQL too, whose own order depends on the server's language.
    """

    def db_parameters(self, connection: Any) -> Any:
        collation = "C" if connection.vendor == "postgresql" else None
        return {**super().db_parameters(connection), "collation": collation}


def listed_by(*columns: str) -> list[models.Index]:
    """For each column by which a list can be ordered: the live rows of an AWS account are a range of its index.

    The name is the order of every list, and has its index in `MirroredRow`.
    """
    return [
        models.Index(
            fields=["aws_account", column, "id"], condition=Q(gone_at__isnull=True), name=f"%(class).9s_by_{column}"
        )
        for column in columns
    ]


def live_by_name() -> models.Index:
    """For edges: who is in the group of this name, who has the policy of this name."""
    return models.Index(fields=["name"], condition=Q(gone_at__isnull=True), name="%(class)s_live_name")


class StepSub(models.Func):
    """Whom a step looks after, by the name that Cognito gives them: `sub` among the parameters (a column of JSON).

    An index of it is used for what says the same to the letter, which Django's own `params__sub` doesn't on SQLite.
    """

    output_field = models.TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="JSON_EXTRACT(%(expressions)s, '$.sub')", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s ->> 'sub')", **context)
