"""Paced writes: a pull writes in short transactions with a pause between, so that people's writes get in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import local

from django.conf import settings
from django.db import connection, models, transaction

_SHARE = 0.5


class _Breath(local):
    """When this thread may write next, on the clock of `time.monotonic`."""

    ends_at = 0.0


_breath = _Breath()


@contextmanager
def paced_write() -> Iterator[None]:
    """A transaction. Before the next one there is a breath half as long as it was, and PULL_BREATH_S at most.

    SQLite has one writer, and who waits for it looks again after a few milliseconds, later every 50 to 100: each look
    should find it free one time in three, so that of 20 writes 19 get in within eight looks, some 100 ms. PostgreSQL
    needs no breath, so there PULL_BREATH_S is 0. What is done between two writes counts: only the rest of the breath is
    waited for.
    """
    time.sleep(max(0.0, _breath.ends_at - time.monotonic()))
    with transaction.atomic():
        began = time.monotonic()  # getting in may have taken long, and kept nobody waiting
        yield
        # Committing is short but for what SQLite then copies from its log into the file, when others may write already.
        ended = time.monotonic()
        _breath.ends_at = ended + min((ended - began) * _SHARE, settings.PULL_BREATH_S)


# ---- Statistics of the query planner -------------------------------------------------------------------------------
# Updates the query planner's statistics of a table: how many rows it has, and how many of them an index finds.
# Without that, SQLite takes a pool for ten people: it would rather go through all of its names than look for one. It
# learns it only when told; PostgreSQL learns it by itself, but some minutes late.
def update_statistics(*tables: type[models.Model]) -> None:
    """In a transaction of its own: it takes SQLite 0.1 s for 200,000 people, and PostgreSQL a sample."""
    with paced_write(), connection.cursor() as cursor:
        for model in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
