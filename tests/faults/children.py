"""A worker as a child of the test's process: it needs no start, so killing one costs little.

Its connections to the database are its own; so are those to AWS, which the client makes anew after a fork.
"""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection, connections

from iamconsole.web.waiting import postgres_options
from sync import changes


def start(
    change_id: int, failpoint: str = "", *, idle_s: float = 0.5, work: Callable[[int], object] = changes.work
) -> int:
    """The process id of a child that carries out the change, and meets that end (`sync.changes.failpoints`).

    `idle_s`: how long PostgreSQL lets its transactions do nothing. `work`: what it does instead, with that number.
    """
    connections.close_all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, pytest-xdist's: the child uses none of them
        pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        settings.FAILPOINT = failpoint
        if connection.vendor == "postgresql":
            connection.settings_dict["OPTIONS"] |= postgres_options(lock_s=20, statement_s=60, idle_s=idle_s)
        work(change_id)
        status = 0
    finally:
        os._exit(status)


def killed(change_id: int, failpoint: str, **more: Any) -> bool:
    """Has a child carry it out; whether the failpoint killed it."""
    return os.WIFSIGNALED(_status(start(change_id, failpoint, **more)))


def stopped(change_id: int, failpoint: str, **more: Any) -> int:
    """The process id of a child that the failpoint stopped, until `woken`."""
    pid = start(change_id, f"{failpoint}:1:SIGSTOP", **more)
    _, status = os.waitpid(pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status), "it never came to that point"
    return pid


def woken(pid: int) -> bool:
    """Whether it came to its own end without a fault."""
    os.kill(pid, signal.SIGCONT)
    return ended(pid)


def ended(pid: int) -> bool:
    return _status(pid) == 0


def _status(pid: int) -> int:
    return os.waitpid(pid, 0)[1]
