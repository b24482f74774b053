"""The test database: each process works on a copy of one that was migrated (tests/services/migrated.py)."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from tests.services.migrated import copy_sqlite, fill_postgres


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


@contextmanager
def rows_of_many_tests(blocker: DjangoDbBlocker) -> Iterator[None]:
    """What is made at its start is there for every test until its end: each rolls back what it did itself, no more.

    For fixtures of a module whose tests all use `db`, none `transactional_db`.
    """
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
