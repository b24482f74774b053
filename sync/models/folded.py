"""A column for names without case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

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
