"""Sends a message to a worker. A broker that can't be reached is logged, and the caller told."""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def send(task: str, *args: Any) -> bool:
    """Whether the message is with the broker. Call it after the commit of what it is about."""
    try:
        current_app.send_task(task, args=args, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("%s wasn't sent: the broker can't be reached (%s)", task, error)
        return False
    return True
