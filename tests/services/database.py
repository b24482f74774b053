"""The test database: each process works on a copy of one that was migrated (tests/services/migrated.py)."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection, transaction
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests.services.migrated import copy_sqlite, fill_postgres

# Rows of these come from the code; Django's own flush deletes them too, and makes the same ones anew.
_OF_THE_CODE = {ContentType._meta.db_table, Permission._meta.db_table}


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
) -> Iterator[None]:
    """In place of pytest-django's, which migrates in every process."""
    own = tmp_path_factory.getbasetemp()
    with django_db_blocker.unblock():
        before = str(connection.settings_dict["NAME"])
        _connect_to(_copy_of_migrated(own if worker_id == "master" else own.parent, own, worker_id))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield
    with django_db_blocker.unblock():
        connection.creation.destroy_test_db(before, verbosity=0)


def _copy_of_migrated(shared: Path, own: Path, worker_id: str) -> str:
    """The name of a new database. `shared` is a folder that all processes of this run see, and no other run does."""
    if connection.vendor == "sqlite":
        copy_sqlite(own / "test.sqlite3")  # a file: other processes open it too
        return str(own / "test.sqlite3")
    made = shared / "migrated"
    with (shared / "migrating").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not made.exists():
            made.write_text(fill_postgres())
        _connect_to(made.read_text())
        connection.creation.clone_test_db(worker_id, verbosity=0, autoclobber=True)
    return str(connection.creation.get_test_db_clone_settings(worker_id)["NAME"])


def _connect_to(name: str) -> None:
    """From the next query on, in this thread and in those of a live server."""
    connection.close()
    connection.settings_dict["NAME"] = name


def empty_tables(test_case: TransactionTestCase | None = None) -> None:
    """Flushes the database after a test of `transactional_db`: the tables that hold rows, not all hundred.

    With the cache that is a table: a worker's tick is no tick of the next test.
    """
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    caches = [each["LOCATION"] for each in settings.CACHES.values() if each["BACKEND"].endswith("DatabaseCache")]
    names = [name for name in (*tables, *caches) if name not in _OF_THE_CODE]
    with connection.cursor() as cursor:
        quote = connection.ops.quote_name
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quote(name)})" for name in names)
        )
        filled = [name for (name,) in cursor.fetchall()]
    if filled:
        of_empty_ones_too = connection.vendor == "postgresql"  # which refer to them
        statements = connection.ops.sql_flush(no_style(), filled, allow_cascade=of_empty_ones_too)
        connection.ops.execute_sql_flush(statements)


@contextmanager
def rows_of_many_tests(blocker: DjangoDbBlocker) -> Iterator[None]:
    """What is made at its start is there for every test until its end: each rolls back what it did itself, no more.

    For fixtures of a module whose tests all use `db`, none `transactional_db`.
    """
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
