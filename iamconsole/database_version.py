"""Refuses a database that another version made and this one can't migrate.

Such a database has recorded migrations of ours that don't exist here, or our tables without a record, or tables with
other columns than the models although every migration is recorded: before release 0.1.0, initial migrations were made
anew under the same names. Types, indexes and constraints aren't compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from iamconsole.env import BASE_DIR


def own_apps() -> list[AppConfig]:
    """Those of packages at the top of the project: they have models and migrations."""
    return [app for app in apps.get_app_configs() if Path(app.path).parent == BASE_DIR]


ABOUT = (
    "The console then reads users, groups, roles, policies and pools from AWS again. Operators, grants, connected AWS "
    "accounts and their settings, changes, history and the audit trail stay in the former database only. To go on with "
    "them, or to take out the audit trail (manage.py export_audit), use the version that made it. See "
    "docs/settings.md, “A database of another version”."
)


@dataclass(frozen=True)
class DatabaseRefusal:
    sentence: str
    what_to_do: str

    def __str__(self) -> str:
        return f"{self.sentence}\n{self.what_to_do}"


def refusal(connection: BaseDatabaseWrapper) -> DatabaseRefusal | None:
    """None: the database is empty, or of this version or one that it can be migrated from. Writes nothing."""
    known = set(MigrationLoader(None).disk_migrations)
    recorded = set(MigrationRecorder(connection).applied_migrations())
    found = [
        app.label for app in own_apps() if _is_of_another_version(connection, app, _of(app, known), _of(app, recorded))
    ]
    if not found:
        return None
    sentence = (
        "This database was made by another version of IAM Console, and this version can’t take it over: the tables of "
        f"{', '.join(found)} differ. Nothing in it was changed."
    )
    return DatabaseRefusal(sentence, f"{_advice(connection)}\n{ABOUT}")


def _of(app: AppConfig, migrations: set[tuple[str, str]]) -> set[str]:
    return {name for label, name in migrations if label == app.label}


def _is_of_another_version(
    connection: BaseDatabaseWrapper, app: AppConfig, known: set[str], recorded: set[str]
) -> bool:
    if recorded - known:
        return True
    if recorded and recorded != known:
        return False  # there is something to migrate
    tables = {
        model._meta.db_table: {field.column for field in model._meta.local_concrete_fields}
        for model in app.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    columns = {table: columns_of(connection, table) for table in tables}
    return columns != tables if recorded else any(columns.values())


def _advice(connection: BaseDatabaseWrapper) -> str:
    head = [settings.AUDIT_HEAD_FILE] if settings.AUDIT_HEAD_FILE.exists() else []
    if connection.vendor != "sqlite":
        moved = f", and move {head[0]} to another place: it belongs to the former database" if head else ""
        return f"To begin with a new one, stop the console, give DATABASE_URL of an empty database{moved}."
    files = [
        f"{connection.settings_dict['NAME']} (and what is beside it of that name with -wal or -shm)",
        *map(str, head),
    ]
    return (
        f"To begin with a new one, stop the console, move {' and '.join(files)} to another folder, and start it again."
    )


def columns_of(connection: BaseDatabaseWrapper, table: str) -> set[str]:
    """Those that the database computes, too. Empty: there is no such table."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS[connection.vendor], [table])
        return {name for (name,) in cursor.fetchall()}


_COLUMNS = {
    "sqlite": "SELECT name FROM pragma_table_xinfo(%s)",
    "postgresql": "SELECT column_name FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND table_name = %s",
}
