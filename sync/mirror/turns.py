"""A pull's turns at the database: short transactions with a breath between, so that people's writes get in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction


@contextmanager
def turn() -> Iterator[None]:
    """A transaction; after it a breath as long as it was, and PULL_BREATH_S at most.

    SQLite has one writer, and who waits for it looks again every few milliseconds, later every 50 to 100: a gap that is
    much shorter than that would be missed over and over. PostgreSQL needs no breath, so there PULL_BREATH_S is 0.
    """
    began = time.monotonic()
    with transaction.atomic():
        yield
    time.sleep(min(time.monotonic() - began, settings.PULL_BREATH_S))
