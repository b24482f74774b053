"""`manage.py migrate`: Django's, which refuses a database that this version can't take over, and wrong settings.

On PostgreSQL it waits for no lock longer than `MIGRATION_LOCK_MS`: whoever comes to the table after it waits, too. So
it gives up, lets the others through, and tries again; what was migrated by then stays.
"""

from __future__ import annotations

import random
import time
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from iamconsole.checks import refuse_to_migrate
from iamconsole.database_version import refusal
from iamconsole.web.waiting import is_too_long

TRIES_FOR_S = 600
SERVER_STARTS_IN_S = 60


class Command(migrate.Command):
    def execute(self, *args: Any, **options: Any) -> str | None:
        refuse_to_migrate()
        _await_server(connections[options["database"]])
        return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        database = connections[options["database"]]
        if refused := refusal(database):
            raise CommandError(str(refused))
        until = time.monotonic() + TRIES_FOR_S
        while True:
            try:
                super().handle(*args, **options)
                return
            except OperationalError as error:
                if database.vendor != "postgresql" or database.in_atomic_block or not is_too_long(error):
                    raise
                if time.monotonic() > until:
                    raise CommandError(_GIVEN_UP) from error
            self.stderr.write("Another session is at a table that is to be migrated: trying again.")
            time.sleep(random.uniform(1, 3))  # noqa: S311


def _await_server(database: BaseDatabaseWrapper) -> None:
    """PostgreSQL may start at the same time (docker-compose.yml). Raises CommandError where it doesn't answer."""
    until = time.monotonic() + SERVER_STARTS_IN_S
    while database.vendor == "postgresql":
        try:
            database.ensure_connection()
            if (encoding := database.connection.info.parameter_status("server_encoding")) != "UTF8":
                raise CommandError(_NOT_UTF8.format(encoding=encoding))
            return
        except OperationalError as error:
            if time.monotonic() > until:
                raise CommandError(f"{_NO_SERVER}\n{error}") from error
        time.sleep(1)


_NO_SERVER = (
    "PostgreSQL doesn’t answer. DATABASE_URL says where it is, POSTGRES_PASSWORD how to sign in: docs/settings.md."
)
_NOT_UTF8 = (
    "The database is encoded in {encoding}, which can’t hold every name of AWS: give DATABASE_URL of one that was made "
    "by CREATE DATABASE console ENCODING 'UTF8' TEMPLATE template0."
)
_GIVEN_UP = (
    "Another session has been at a table that is to be migrated for ten minutes. pg_stat_activity has its pid and what "
    "it does (“idle in transaction”, mostly): end it, or stop the console, and migrate again. What is migrated stays."
)
