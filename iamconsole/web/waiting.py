"""Lock and statement timeouts of database connections, and shorter ones for what is retried anyway.

Nothing waits without a limit: of two processes at one row, or at SQLite's one writer, the first may have been stopped
in the middle of its transaction, and nobody knows for how long.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

SHORT_MS = 3000

# What PostgreSQL and SQLite say when a wait, a statement or a pause in a transaction took too long.
_TOO_LONG = ("lock timeout", "statement timeout", "idle-in-transaction timeout", "database is locked")


def postgres_options(*, lock_s: float, statement_s: float, idle_s: float) -> Mapping[str, Any]:
    """Of a connection. `idle_s`: how long a transaction may do nothing, until the server ends the session and frees
    what it holds. A server that has vanished is noticed within a minute.
    """
    limits = {
        "lock_timeout": lock_s,
        "statement_timeout": statement_s,
        "idle_in_transaction_session_timeout": idle_s,
    }
    return {
        "options": " ".join(f"-c {name}={round(seconds * 1000)}" for name, seconds in limits.items()),
        "connect_timeout": 10,
        "keepalives": 1,
        "keepalives_idle": 20,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 50_000,
    }


@contextmanager
def short_waits(milliseconds: int | None = None) -> Iterator[None]:
    """For what comes again by itself in a minute: it doesn't wait for long."""
    _wait_for_locks(milliseconds or SHORT_MS)
    try:
        yield
    finally:
        try:
            _wait_for_locks(None)
        except DatabaseError:
            connection.close()  # the next one has its usual limits


def _wait_for_locks(milliseconds: int | None) -> None:
    """None: as long as usual."""
    if connection.vendor == "postgresql":
        statement = f"SET lock_timeout = {milliseconds}" if milliseconds else "RESET lock_timeout"
    else:
        usual = round(settings.DATABASES["default"]["OPTIONS"]["timeout"] * 1000)
        statement = f"PRAGMA busy_timeout = {milliseconds or usual}"
    with connection.cursor() as cursor:
        cursor.execute(statement)


# A table that a migration waits for is closed to everybody who comes after it.
MIGRATION_LOCK_MS = 2000


def limit_migrations(using: str, **kwargs: Any) -> None:
    """Before migrations, on PostgreSQL: a statement takes as long as it takes, but waits for no lock for long."""
    migrated = connections[using]
    if migrated.vendor == "postgresql":
        limits = {"lock_timeout": MIGRATION_LOCK_MS, "statement_timeout": 0, "idle_in_transaction_session_timeout": 0}
        with migrated.cursor() as cursor:
            for name, milliseconds in limits.items():
                cursor.execute(f"SET {name} = {milliseconds}")


@contextmanager
def long_lock_waits(migrated: BaseDatabaseWrapper) -> Iterator[None]:
    """Within a migration, on PostgreSQL: for what holds up nobody while it waits."""
    _set_lock_limit(migrated, 0)
    try:
        yield
    finally:
        _set_lock_limit(migrated, MIGRATION_LOCK_MS)


def _set_lock_limit(migrated: BaseDatabaseWrapper, milliseconds: int) -> None:
    if migrated.vendor == "postgresql":
        with migrated.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {milliseconds}")


def is_too_long(error: BaseException) -> bool:
    """Whether that is why the database refused."""
    return isinstance(error, OperationalError) and any(words in str(error) for words in _TOO_LONG)
