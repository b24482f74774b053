"""SQLite: a copy while it is in use, and a file that takes the place of the database in one move."""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

from sync.backup.errors import BackupDamaged, BackupRefused

NAME = "database.sqlite3"
_WORKSPACE = ".restore-"
IN_USE = (
    "Another process has the database open. Stop the console (web, workers and beat), and whatever else reads the file."
)


def path_of_database() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def copy(to: Path) -> None:
    """By SQLite's Online Backup API, in one step: the state of one moment; who writes meanwhile doesn't wait for it."""
    with closing(sqlite3.connect(path_of_database())) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file


def rows(path: Path, statement: str) -> Sequence[Sequence[Any]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute(statement).fetchall()


def check(path: Path) -> None:
    """Raises BackupDamaged where SQLite finds the file itself inconsistent."""
    try:
        found = [said for (said,) in rows(path, "PRAGMA quick_check(3)")]
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    if found != ["ok"]:
        raise BackupDamaged(f"SQLite finds the database in it damaged: {'; '.join(found)}.")


@contextmanager
def connected_to(path: Path) -> Iterator[None]:
    """Django's connection leads to that file meanwhile."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def is_empty(path: Path) -> bool:
    return not path.exists() or not rows(path, "SELECT 1 FROM sqlite_schema LIMIT 1")


def settle(path: Path) -> None:
    """All of it in this one file, on the disk. Raises BackupRefused while another process has it open."""
    with closing(sqlite3.connect(path, timeout=1)) as database:
        try:
            [(mode,)] = database.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise BackupRefused(IN_USE) from error
        if mode != "delete":
            raise BackupRefused(IN_USE)
    _to_disk(path)


@contextmanager
def workspace() -> Iterator[Path]:
    """A folder beside the database, for one restore at a time. Raises BackupRefused where none can be made now."""
    place = path_of_database()
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection.close()
    if place.exists():
        settle(place)
    elif left := [path for path in map(Path, (f"{place}-wal", f"{place}-journal")) if path.exists()]:
        raise BackupRefused(f"{left[0]} belongs to a database that isn't there: move it away first.")
    opened = os.open(place.parent, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left_behind in place.parent.glob(f"{_WORKSPACE}*"):  # by one that was killed
            shutil.rmtree(left_behind)
        with tempfile.TemporaryDirectory(prefix=_WORKSPACE, dir=place.parent) as folder:
            yield Path(folder)
    except BlockingIOError:
        raise BackupRefused("Another restore is under way.") from None
    finally:
        os.close(opened)


def name_beside(place: Path, at: datetime) -> Path:
    """For the database that makes way; two restores in one second keep both."""
    name = f"{place.name}.before-restore-{at:%Y%m%dT%H%M%S}"
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(path for path in map(place.with_name, names) if not path.exists())


def put_in_place(new: Path, kept: Path | None) -> None:
    """The former database stays beside it as `kept`. At every moment there is one whole database under its name."""
    place = path_of_database()
    if kept is not None:
        settle(place)
        os.link(place, kept)
    new.replace(place)
    _to_disk(place.parent)


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
