"""A database that this version can't take over is refused before anything is written to it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from iamconsole import database_version
from iamconsole.database_version import refusal
from sync import health
from tests.services.migrated import ROOT, copy_sqlite
from tests.services.servers import free_port

FORMER = (
    "INSERT INTO django_migrations (app, name, applied) VALUES ('accounts', '0002_former', '2026-01-01 00:00:00+00:00')"
)
WITH_A_COLUMN = "ALTER TABLE accounts_keycheck ADD COLUMN former integer"
ANOTHER_VERSION = "made by another version of IAM Console"
pytestmark = [pytest.mark.django_db, pytest.mark.stack]


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def contents() -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        cursor.execute("SELECT id, app, name FROM django_migrations ORDER BY id")
        return tables, cursor.fetchall()


def test_its_own_is_taken() -> None:
    assert refusal(connection) is None


@pytest.mark.parametrize(
    ("made", "app"),
    [
        (FORMER, "accounts"),
        ("DELETE FROM django_migrations WHERE app = 'sync'", "sync"),
        (WITH_A_COLUMN, "accounts"),
        ("ALTER TABLE accounts_keycheck RENAME TO accounts_former", "accounts"),
    ],
    ids=["unknown migration", "tables without a record", "another column", "another table"],
)
def test_one_of_another_version_is_refused_as_it_is(made: str, app: str) -> None:
    execute(made)
    before = contents()
    with pytest.raises(CommandError, match=ANOTHER_VERSION) as refused:
        call_command("migrate", verbosity=0)
    assert f"the tables of {app} differ" in str(refused.value)
    assert contents() == before


def test_one_that_lacks_newer_migrations_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {*MigrationLoader(None).disk_migrations, ("accounts", "0002_newer")}
    monkeypatch.setattr(database_version, "MigrationLoader", lambda _: SimpleNamespace(disk_migrations=known))
    execute(WITH_A_COLUMN)
    assert refusal(connection) is None


def test_it_says_what_to_move_away(settings: Any) -> None:
    execute(FORMER)
    found = refusal(connection)
    assert found
    assert str(settings.AUDIT_HEAD_FILE) not in found.what_to_do  # there is none yet
    settings.AUDIT_HEAD_FILE.write_text("")
    found = refusal(connection)
    assert found
    assert str(settings.AUDIT_HEAD_FILE) in found.what_to_do
    named = connection.settings_dict["NAME"] if connection.vendor == "sqlite" else "DATABASE_URL"
    assert named in found.what_to_do


def test_doctor_says_so() -> None:
    execute(FORMER)
    found = health.check_database()
    assert not found.ok
    assert ANOTHER_VERSION in found.detail
    assert "A database of another version" in found.what_to_do


@pytest.mark.parametrize(
    "command",
    [["-m", "iamconsole.launch.run"], ["manage.py", "migrate", "--noinput"]],
    ids=["make run", "docker compose"],
)
def test_nothing_starts_on_one_of_another_version(tmp_path: Path, command: list[str]) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("on PostgreSQL it is the same command")
    database = tmp_path / "console.sqlite3"
    copy_sqlite(database)
    with closing(sqlite3.connect(database)) as opened:
        opened.execute(FORMER)
        opened.commit()
    before = database.read_bytes()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "DATABASE", "REDIS"))}
    environment = {**kept, "IAMCONSOLE_STATE": str(tmp_path), "PORT": str(free_port())}
    environment["DJANGO_SETTINGS_MODULE"] = "iamconsole.settings"
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode != 0
    assert ANOTHER_VERSION in done.stderr
    assert str(database) in done.stderr
    assert "Traceback" not in done.stderr
    assert database.read_bytes() == before
