"""Points of the protocol at which a test has the worker killed, or stopped until it is woken (tests/faults/).

`FAILPOINT=answered` in the environment kills the process with SIGKILL at its first passing there, `answered:3` at its
third, `answered:1:SIGSTOP` stops it. Without, a point does nothing; in production it is refused (iamconsole/checks.py).
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from enum import StrEnum

from django.conf import settings


class FailPoint(StrEnum):
    BEFORE_ATTEMPT = "before-attempt"
    ATTEMPT_SAVED = "attempt-saved"
    TO_BE_SENT = "to-be-sent"  # what was found is kept; AWS was not asked yet
    ANSWERED = "answered"  # by AWS; nothing of it is written down
    BEFORE_COMMIT = "before-commit"  # how it ended is written, in a transaction that is still open
    COMMITTED = "committed"
    EVENTS_RECEIVED = "events-received"  # from a queue; nothing of them is written down
    EVENTS_KEPT = "events-kept"  # … and is; they are still in the queue
    IN_WAVE = "in-wave"  # a change of a wave of AWS accounts is about to be begun


_passed: Counter[str] = Counter()


def passing(point: FailPoint) -> None:
    if settings.FAILPOINT:
        _struck(point, *settings.FAILPOINT.split(":"))


def _struck(point: FailPoint, name: str, number: str = "1", sign: str = "SIGKILL") -> None:
    if point == FailPoint(name):
        _passed[name] += 1
        if _passed[name] == int(number):
            os.kill(os.getpid(), signal.Signals[sign])
