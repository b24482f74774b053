"""Heartbeats of workers: each writes to the cache while it polls its queues. No worker takes remote commands.

Celery's remote control is off: whoever reaches the broker could end workers by it, or learn what they do.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from celery import current_app
from django.core.cache import cache

EVERY_S = 10
# A worker that does its tasks itself notes nothing meanwhile, and a task may take CELERY_TASK_TIME_LIMIT.
GONE_AFTER_S = 180

_noted_at = -float("inf")


def note(sender: Any, **kwargs: Any) -> None:
    """On Celery's signal `heartbeat_sent`, which a worker sends every two seconds. `sender`: celery's Heart."""
    global _noted_at
    if time.monotonic() - _noted_at < EVERY_S:
        return
    with suppress(Exception):  # a cache that is down stops no worker: it is missed, and that is what is looked for
        for queue in current_app.amqp.queues.consume_from:
            _note(queue, sender.eventer.hostname)
        _noted_at = time.monotonic()


def alive(queue: str) -> list[str]:
    """The names of the workers that look at this queue: changes@host."""
    return sorted(name for name in cache.get(_names(queue)) or [] if is_alive(queue, name))


def is_alive(queue: str, name: str) -> bool:
    return bool(cache.get(_of(queue, name)))


def _note(queue: str, name: str) -> None:
    cache.set(_of(queue, name), True, timeout=GONE_AFTER_S)
    known = cache.get(_names(queue)) or []
    if name not in known:
        cache.set(_names(queue), [*(other for other in known if is_alive(queue, other)), name], timeout=None)


def _names(queue: str) -> str:
    return f"workers:{queue}"


def _of(queue: str, name: str) -> str:
    return f"worker:{queue}:{name}"
