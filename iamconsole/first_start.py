"""When the console was set up: what wasn't heard of a few minutes later is missing, and until then it is awaited."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.utils import timezone

TAKES = timedelta(minutes=3)


def at() -> datetime | None:
    """When the first table was made; None: there is none. A database that was restored keeps its own."""
    found: datetime | None = MigrationRecorder(connection).migration_qs.aggregate(at=Min("applied"))["at"]
    return found


def is_awaited() -> bool:
    """Whether processes may be still on their way, for the first time."""
    first = at()
    return first is not None and timezone.now() - first < TAKES
