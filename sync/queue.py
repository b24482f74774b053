"""Wakes a worker. The database is the queue: a message that is lost, or can't be sent, costs a minute at most."""

from __future__ import annotations

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

PULL, REFRESH, APPLY = "sync.tasks.pull", "sync.tasks.refresh", "sync.tasks.apply"
DRY_RUN = "sync.tasks.dry_run"
ASK_TRAIL, ASK_TRAIL_NOW = "sync.tasks.ask_trail", "sync.tasks.ask_trail_now"
ADVANCE = "sync.tasks.advance"
ASK_ACTIVITY = "sync.tasks.ask_activity"
TAKE_EVENTS, FOLLOW_EVENTS = "sync.tasks.take_events", "sync.tasks.follow_events"


def wake(task: str, pk: int | None = None, *more: str) -> None:
    """Tell a worker to look at the row `pk`; None: at whatever is due. Call it after the commit. A broker that is down
    is logged, no more.
    """
    try:
        current_app.send_task(task, args=[*([] if pk is None else [pk]), *more], retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("%s %s waits for the next tick: the broker can't be reached (%s)", task, pk, error)
