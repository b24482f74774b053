"""Counts events in each process, and adds them to the database every few seconds, where all processes meet.

Web processes and workers may be on several machines, and any of the web processes may be asked for the metrics: so the
sums stand in the database, and no process has figures of its own. Whoever counts waits for nothing: a thread writes. A
process that is killed loses the last seconds. While the database can't be written, counts wait in memory.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import threading
from collections import defaultdict
from time import monotonic

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from iamconsole import clock
from monitoring.catalogue import SUM, Metric

Key = tuple[str, tuple[str, ...], str]  # the metric's name, the values of its labels, the part

log = logging.getLogger(__name__)

# A metric with more combinations of values than that has a label that isn't limited: the others are counted as one.
MOST_SERIES = 3000
OTHER = "other"
_LONGEST = 60
_NOT_BEFORE_S = 300.0  # between two lines of the log that say that nothing can be written

_ADD = """
INSERT INTO monitoring_eventcount (metric, labels, part, value, since, last_at) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (metric, labels, part)
DO UPDATE SET value = monitoring_eventcount.value + excluded.value, last_at = excluded.last_at
"""

_lock = threading.Lock()
_pending: defaultdict[Key, float] = defaultdict(float)
_series: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
_writer_of = 0  # the process id: a thread doesn't survive a fork
_complained_at = -float("inf")


def count(metric: Metric, *labels: str, times: float = 1) -> None:
    _add((metric, labels, "", times))


def observe(metric: Metric, seconds: float, *labels: str) -> None:
    bound = next((str(each) for each in metric.bounds if seconds <= each), "+Inf")
    _add((metric, labels, bound, 1), (metric, labels, SUM, max(0.0, seconds)))


def _add(*several: tuple[Metric, tuple[str, ...], str, float]) -> None:
    with _lock:
        for metric, labels, part, value in several:
            _pending[metric.name, _within(metric, labels), part] += value
    if settings.METRICS_FLUSH_S and _writer_of != os.getpid():
        _start()


def _within(metric: Metric, labels: tuple[str, ...]) -> tuple[str, ...]:
    known = _series[metric.name]
    wanted = tuple(each[:_LONGEST] for each in labels)
    if wanted not in known and len(known) >= MOST_SERIES:
        return (OTHER,) * len(labels)
    known.add(wanted)
    return wanted


# ---- Writing them down ---------------------------------------------------------------------------------------------
def flush() -> None:
    """Adds what this process has counted to the database, or keeps it and raises what the database says."""
    with _lock:
        taken = dict(_pending)
        _pending.clear()
    if not taken:
        return
    try:
        _write(taken)
    except Exception:
        with _lock:
            for key, value in taken.items():
                _pending[key] += value
        raise


def forget() -> None:
    """What this process has counted and not written; in a process that was forked, the other one writes it."""
    global _lock
    _lock = threading.Lock()  # a thread that isn't here may have held the other
    _pending.clear()
    _series.clear()


os.register_at_fork(after_in_child=forget)


def _write(taken: dict[Key, float]) -> None:
    """In one order, so that two processes never wait for each other."""
    connection = connections[DEFAULT_DB_ALIAS]
    now = connection.ops.adapt_datetimefield_value(clock.now())
    rows = [(name, json.dumps(labels), part, value, now, now) for (name, labels, part), value in sorted(taken.items())]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_ADD, rows)


def _start() -> None:
    global _writer_of
    with _lock:
        if _writer_of == os.getpid():
            return
        _writer_of = os.getpid()
    threading.Thread(target=_write_for_ever, name="metrics", daemon=True).start()
    atexit.register(flush_or_say)


def _write_for_ever() -> None:
    pause = threading.Event()
    while not pause.wait(settings.METRICS_FLUSH_S):
        flush_or_say()


def flush_or_say() -> None:
    """For a process that ends, and for the thread: nobody is there to whom an error could be raised."""
    global _complained_at
    try:
        flush()
    except Exception as error:
        if monotonic() - _complained_at > _NOT_BEFORE_S:
            _complained_at = monotonic()
            log.warning("What was counted for the metrics waits in memory: %s", error)
    finally:
        connections.close_all()
