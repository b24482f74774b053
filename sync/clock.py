"""The database's clock (iamconsole/clock.py), and who hasn't been heard of by it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from iamconsole.clock import now as now


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
