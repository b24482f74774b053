"""The database's clock: what claims, heartbeats and due times go by, whatever the clock of a worker's machine says.

Several machines work at one queue, and their clocks differ. A time that one writes and another compares with is taken
here; a time that is only shown may come from anywhere.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone


def now() -> datetime:
    """On PostgreSQL the server's, at this moment and not when the transaction began. An SQLite file has one machine."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found


def is_silent() -> Q:
    """Of a row with a heartbeat: its worker hasn't been heard of for too long.

    A heartbeat well in the future was written by another clock, since the database has moved to another server or its
    clock was set back: it says nothing, and must not keep a dead worker's claim for as long.
    """
    patience, at = timedelta(seconds=settings.CLAIM_TIMEOUT_S), now()
    return Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=at - patience) | Q(heartbeat_at__gt=at + patience)


def is_silent_since(heartbeat_at: datetime | None) -> bool:
    """The same of one row that was read."""
    return heartbeat_at is None or abs(now() - heartbeat_at) > timedelta(seconds=settings.CLAIM_TIMEOUT_S)
