"""Heartbeats: each worker writes to the cache while it polls its queues, and beat whenever it sends what is due.

No worker takes remote commands: Celery's remote control is off, since whoever reaches the broker could end workers by
it, or learn what they do.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache

EVERY_S = 10
QUEUES = ("changes", "pulls")
BEAT = "beat-sent"

_noted_at = -float("inf")
_own: set[tuple[str, str]] = set()  # queue and name, of this process


def note(sender: Any, **kwargs: Any) -> None:
    """On Celery's signal `heartbeat_sent`, which a worker sends every two seconds. `sender`: celery's Heart."""
    if _is_too_soon():
        return
    with suppress(Exception):  # a cache that is down stops no worker: it is missed, and that is what is looked for
        for queue in current_app.amqp.queues.consume_from:
            _note(queue, sender.eventer.hostname)
            _own.add((queue, sender.eventer.hostname))
        _noted()


def forget(**kwargs: Any) -> None:
    """On Celery's signal `worker_shutdown`: nobody waits for one that has ended."""
    with suppress(Exception):
        for queue, name in _own:
            cache.delete(_of(queue, name))


def note_beat(**kwargs: Any) -> None:
    """In beat, when it starts and on Celery's signal `after_task_publish`: it could send a message."""
    if _is_too_soon():
        return
    with suppress(Exception):
        cache.set(BEAT, time.time(), timeout=settings.WORKER_GONE_S)
        _noted()


def alive(queue: str) -> list[str]:
    """The names of the workers that look at this queue: changes@host."""
    return sorted(name for name in cache.get(_names(queue)) or [] if is_alive(queue, name))


def was_heard(queue: str) -> bool:
    """Of a worker of this queue, ever."""
    return bool(cache.get(_names(queue)))


def is_alive(queue: str, name: str) -> bool:
    return bool(cache.get(_of(queue, name)))


def age(queue: str) -> float | None:
    """Seconds since the newest heartbeat of a worker of this queue, None where none is alive."""
    return _age(max((_at(cache.get(_of(queue, name))) for name in alive(queue)), default=0.0))


def beat_age() -> float | None:
    """Seconds since beat sent something, None where it hasn't for `WORKER_GONE_S`."""
    return _age(_at(cache.get(BEAT)))


def _at(noted: Any) -> float:
    """A worker of the version before notes that it is alive, and not when."""
    return time.time() if noted is True else float(noted or 0)


def _age(at: float) -> float | None:
    """By the clocks of two machines, perhaps: whether something is alive, the cache says by its own."""
    return max(0.0, time.time() - at) if at else None


def _is_too_soon() -> bool:
    return bool(time.monotonic() - _noted_at < min(EVERY_S, settings.WORKER_GONE_S / 3))


def _noted() -> None:
    global _noted_at
    _noted_at = time.monotonic()


def _note(queue: str, name: str) -> None:
    cache.set(_of(queue, name), time.time(), timeout=settings.WORKER_GONE_S)
    known = cache.get(_names(queue)) or []
    if name not in known:
        cache.set(_names(queue), [*(other for other in known if is_alive(queue, other)), name], timeout=None)


def _names(queue: str) -> str:
    return f"workers:{queue}"


def _of(queue: str, name: str) -> str:
    return f"worker:{queue}:{name}"
