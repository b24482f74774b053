"""The kept dump of a release, as the test database: filled by that release, then migrated to what is here."""

from __future__ import annotations

import gzip
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from sync.counter import outside
from sync.models import StepCounter
from tests.services.servers import postgres_program
from tests.upgrade.make_dump import dump_of

RELEASE = "v0.1.0"
_EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"


@contextmanager
def loaded(folder: Path) -> Iterator[None]:
    """The database of the release, not migrated yet, in place of the test database."""
    before = str(connection.settings_dict["NAME"])
    script = gzip.decompress(dump_of(RELEASE, connection.vendor).read_bytes())
    connection.close()
    if connection.vendor == "sqlite":
        name = str(folder / "release.sqlite3")
        with closing(sqlite3.connect(name)) as database:
            database.executescript(script.decode())
    else:
        name = f"upgraded_{os.getpid()}"
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        connection.close()
        _psql(name, script)
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        if connection.vendor != "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def migrate() -> None:
    call_command("migrate", verbosity=0)
    # What stands outside the database is in the state folder, and in Redis, of whoever upgrades.
    counter = StepCounter.objects.get()
    outside.raise_to(counter.installation, counter.number)


def _psql(name: str, script: bytes) -> None:
    server = connection.settings_dict
    about = ["--host", server["HOST"], "--port", str(server["PORT"]), "--username", server["USER"], name]
    command = [str(postgres_program("psql")), "--quiet", "--set", "ON_ERROR_STOP=1", *about]
    subprocess.run(command, input=script, stdout=subprocess.DEVNULL, check=True)


def row_counts() -> dict[str, int]:
    """Of all tables but those that only the process needs, by their names."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        counts = {}
        for table in tables:
            if not table.startswith(_NOT_COUNTED) and "_trigrams_" not in table:
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                counts[table] = cursor.fetchone()[0]
    return counts


# What `migrate` itself fills, and what a page notes as it is looked at.
_NOT_COUNTED = ("django_migrations", "django_content_type", "auth_permission", "sqlite_")
