"""Backups of the test database, and what is done to it in between."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from accounts import keys
from sync.counter import outside
from tests.services.servers import postgres_program


@pytest.fixture
def database_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the server's version come first."""
    folder = postgres_program("pg_dump").parent
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def backed_up(path: Path, *options: str) -> str:
    assert keys.at_start() == []
    return said("backup", str(path), *options)


def restored(path: Path, *options: str, **more: Any) -> str:
    """As if every process was started anew afterwards."""
    printed = said("restore", str(path), *options, **more)
    outside._seen.clear()
    connection.close()
    return printed


def said(*arguments: str, **more: Any) -> str:
    printed = io.StringIO()
    call_command(*arguments, stdout=printed, **more)
    return printed.getvalue()


@contextmanager
def flipped(path: Path, at: int) -> Iterator[None]:
    """One bit of that byte; negative: from the end."""
    whole = path.read_bytes()
    spoilt = bytearray(whole)
    spoilt[at] ^= 1
    path.write_bytes(spoilt)
    yield
    path.write_bytes(whole)


def destroyed() -> None:
    """The database is gone."""
    connection.close()
    if connection.vendor == "sqlite":
        for path in Path(connection.settings_dict["NAME"]).parent.glob(
            f"{Path(connection.settings_dict['NAME']).name}*"
        ):
            path.unlink()
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connection.close()
