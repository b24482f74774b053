"""The columns that a table has in the database, whatever its model says."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper


def columns_of(connection: BaseDatabaseWrapper, table: str) -> set[str]:
    """Empty: there is no such table."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS[connection.vendor], [table])
        return {name for (name,) in cursor.fetchall()}


_COLUMNS = {
    "sqlite": "SELECT name FROM pragma_table_info(%s)",
    "postgresql": "SELECT column_name FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND table_name = %s",
}
