"""Two transactions that write at once, on PostgreSQL: a test holds one row back until both wait."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction

from tests.conftest import wait_until

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def both(hold: Callable[[], object], one: Callable[[], object], other: Callable[[], object]) -> None:
    """Lets the one begin, then the other, while `hold` holds both back; then both are to end."""
    with ThreadPoolExecutor(2) as threads:
        with transaction.atomic():
            hold()
            first = threads.submit(_in_thread, one)
            wait_until(lambda: waiting() == 1)
            second = threads.submit(_in_thread, other)
            wait_until(lambda: waiting() == 2)
        first.result()
        second.result()


def _in_thread(act: Callable[[], object]) -> None:
    try:
        act()
    finally:
        connection.close()


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # who asks twice in a transaction is told the same
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])
