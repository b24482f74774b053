"""The database's clock: what claims, heartbeats and due times go by, whatever the clock of a worker's machine says.

Several machines work at one queue, and their clocks differ. A time that one writes and another compares with is taken
here; a time that is only shown may come from anywhere.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """On PostgreSQL the server's, at this moment and not when the transaction began. An SQLite file has one machine."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found
