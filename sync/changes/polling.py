"""Polls with backoff: IAM is eventually consistent, so a read just after a write may miss it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_FIRST_S, _LONGEST_S = 0.1, 2.0


def poll_until(read: Callable[[], T], enough: Callable[[T], bool], *, seconds: float, beat: Callable[[], None]) -> T:
    """Returns what `read` gives as soon as it is enough, or what it gave last at the deadline. Reads at least once."""
    deadline = time.monotonic() + seconds
    wait = _FIRST_S
    while True:
        found = read()
        left = deadline - time.monotonic()
        if enough(found) or left <= 0:
            return found
        time.sleep(min(wait, left))
        wait = min(wait * 2, _LONGEST_S)
        beat()
