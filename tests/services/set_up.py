"""How long ago the console was set up."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone


def set_up(ago: timedelta) -> None:
    MigrationRecorder(connection).migration_qs.update(applied=timezone.now() - ago)
