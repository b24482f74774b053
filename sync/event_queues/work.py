"""A worker at queues of events, and at what these are about."""

from __future__ import annotations

import time

from django.conf import settings

from sync import queue
from sync.event_queues import taking, waking
from sync.event_queues.following import follow

__all__ = ["follow", "take"]


def take() -> int:
    """Takes from all queues that are due, and wakes workers for what is to be read. Returns from how many AWS accounts
    events came. What doesn't fit into the time of a worker is next.
    """
    until = time.monotonic() + settings.WORKER_SLICE_S
    came = taking.take_due(until)
    if taking.is_any_due():
        queue.wake(queue.TAKE_EVENTS)
    waking.wake_followers()
    return len(came)
