"""Troubles of the machine that the console runs on: what happened and what to do, for its users and for doctor.

They are no faults of the console: nothing was changed, and it may be tried again.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError

from iamconsole.web.waiting import is_too_long


@dataclass(frozen=True)
class ConsoleTrouble:
    title: str
    sentence: str  # for whoever wanted something
    what_to_do: str  # for whoever runs the console


HELD_UP = ConsoleTrouble(
    "The database is held up",
    "Another process of the console has held what this page needs for too long, so nothing was changed. Reload the "
    "page in a minute: what you typed can be sent again.",
    "If it comes back, a process of the console may have been stopped in the middle of its work: see manage.py doctor.",
)
FULL = ConsoleTrouble(
    "The disk is full",
    "The console can’t store anything, so nothing was changed and nobody can sign in.",
    "Make room on the disk of the database, or of the console’s state folder.",
)
READ_ONLY = ConsoleTrouble(
    "The database can’t be written",
    "The console can’t store anything, so nothing was changed and nobody can sign in.",
    "Let the user that runs the console write the database’s file and its folder; see why a server is read-only.",
)
DOWN = ConsoleTrouble(
    "The database can’t be reached",
    "Nothing can be shown or changed until it answers again. Reload the page in a minute.",
    "See that the database server runs, and that DATABASE_URL is its address.",
)
NO_BROKER = ConsoleTrouble(
    "The queue can’t be reached",
    "The workers couldn’t be told, so nothing was changed. Try again in a minute.",
    "See that Redis runs, and that REDIS_URL is its address; without Redis, that the state folder’s queue is there.",
)

RETRY_AFTER_S = "60"  # the header Retry-After of what is answered meanwhile
LEAST_ROOM = 2**20  # bytes; SQLite’s files beside the database take some of them
_FULL = ("database or disk is full", "no space left on device", "could not extend file", "disk quota exceeded")
_READ_ONLY = ("readonly database", "unable to open database file", "read-only transaction", "disk i/o error")
_FULL_DISK, _DISK_FULL_STATE = (errno.ENOSPC, errno.EDQUOT), "53100"  # the second is PostgreSQL’s disk_full


def recognise(error: BaseException | None) -> ConsoleTrouble | None:
    """The trouble that an error came from, or None: then it is a fault of the console."""
    for each in _with_causes(error):
        if trouble := _of(each):
            return trouble
    return None


def _of(error: BaseException) -> ConsoleTrouble | None:
    words = str(error).lower()
    if isinstance(error, OSError) and error.errno in _FULL_DISK:
        return FULL
    if isinstance(error, DatabaseError | InterfaceError):
        if getattr(error, "sqlstate", None) == _DISK_FULL_STATE or any(known in words for known in _FULL):
            return FULL
        if any(known in words for known in _READ_ONLY):
            return FULL if _no_room() else READ_ONLY
        if is_too_long(error):
            return HELD_UP
        return DOWN if _lost(error, words) else None
    return NO_BROKER if isinstance(error, RedisError | BrokerError) else None


def _no_room() -> bool:
    """Of SQLite, which says no more than that it couldn’t write."""
    folder = Path(settings.DATABASES["default"]["NAME"]).parent
    return connection.vendor == "sqlite" and folder.is_dir() and shutil.disk_usage(folder).free < LEAST_ROOM


def _lost(error: BaseException, words: str) -> bool:
    """A server that isn’t there, or ended the connection."""
    if isinstance(error, InterfaceError):
        return True
    about = ("connection", "could not translate host", "server closed", "the database system is", "terminating")
    return isinstance(error, OperationalError) and any(known in words for known in about)


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
