"""`manage.py remake_migrations`: makes the one initial migration of each of our apps anew, from its models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.commands import makemigrations
from django.db.migrations import CreateModel, Migration
from django.db.migrations.operations.base import Operation

from iamconsole.create_tables import CreateTables
from iamconsole.database_version import own_apps


class Command(makemigrations.Command):
    help = "Makes the one initial migration of each of our apps anew, from its models. Only before the first release."

    def handle(self, *args: Any, **options: Any) -> None:
        for app in own_apps():
            for path in (Path(app.path) / "migrations").glob("0*.py"):
                path.unlink()
        labels = [app.label for app in own_apps()]
        super().handle(*labels, **{**options, "include_header": False, "interactive": False})

    def write_migration_files(self, changes: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        for app_label, migrations in changes.items():
            changes[app_label] = [_as_one(migrations, app_label)]
        super().write_migration_files(changes, *args, **kwargs)


def _as_one(migrations: Sequence[Migration], app_label: str) -> Migration:
    """Of an app whose name comes before that of one it refers to, Django makes two: the tables, then what refers."""
    operations = [operation for migration in migrations for operation in migration.operations]
    named = dict.fromkeys(each for migration in migrations for each in migration.dependencies)
    made: Any = migrations[0]
    made.operations = [CreateTables(_folded(operations, app_label))]
    made.dependencies = [each for each in named if each[0] != app_label]
    return migrations[0]


def _folded(operations: Sequence[Operation], app_label: str) -> list[Operation]:
    """Each table with its indexes and constraints: SQLite builds a table anew for a constraint that is added later."""
    tables: dict[str, Operation] = {}
    for operation in operations:
        if isinstance(operation, CreateModel):
            tables[operation.name_lower] = operation
        else:
            name = operation.model_name_lower  # type: ignore[attr-defined]  # of a field, an index or a constraint
            [tables[name]] = tables[name].reduce(operation, app_label)  # type: ignore[misc]
    return list(tables.values())
