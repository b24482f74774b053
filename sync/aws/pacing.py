"""Client-side rate limiting: AWS's limits belong to the whole AWS account, its own applications included.

`Pace` spreads the reads of one AWS account over time, and slows down when AWS says so; `delays` is how long to wait
before trying again. Per process: with n workers, set AWS_CALLS_PER_SECOND to an nth of what the AWS account can spare.
Where AWS publishes its quotas, all processes share one pace: `sync.aws.shared_pace`.
"""

from __future__ import annotations

import random
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Protocol

from django.conf import settings

_LONGEST_DELAY_S = 8.0  # all tries together stay under CLAIM_TIMEOUT_S: nobody says meanwhile that they live
_SLOWEST_PER_SECOND = 0.2
# Halve on a refusal, win back a twentieth with each answer: about 15 good answers undo one refusal.
_SLOW_DOWN, _RECOVER = 2.0, 0.95

_random = random.SystemRandom()


class Pacing(Protocol):
    """What the client asks before each sending, and tells afterwards."""

    def wait(self) -> None: ...

    def throttled(self) -> None: ...

    def answered(self) -> None: ...


class Pace:
    """At most `per_second` calls a second, evenly spread over all threads; fewer while AWS throttles."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._usual_gap = self._gap = 1 / per_second
        self._clock, self._sleep = clock, sleep
        self._next_at = clock()
        self._lock = Lock()

    @property
    def per_second(self) -> float:
        return 1 / self._gap

    def wait(self) -> None:
        """Takes the next free slot, and sleeps until then."""
        with self._lock:
            now = self._clock()
            at = max(now, self._next_at)
            self._next_at = at + self._gap
        if at > now:
            self._sleep(at - now)

    def throttled(self) -> None:
        with self._lock:
            self._gap = min(self._gap * _SLOW_DOWN, max(self._usual_gap, 1 / _SLOWEST_PER_SECOND))
            self._next_at = max(self._next_at, self._clock() + self._gap)

    def answered(self) -> None:
        with self._lock:
            self._gap = max(self._gap * _RECOVER, self._usual_gap)


_paces: dict[str, Pace] = {}
_paces_lock = Lock()


def pace_of(account_id: str) -> Pace:
    """The pace that all reads of this AWS account share in this process."""
    with _paces_lock:
        if account_id not in _paces:
            _paces[account_id] = Pace(settings.AWS_CALLS_PER_SECOND)
        return _paces[account_id]


class CombinedPace:
    """A call that counts in more than one quota."""

    def __init__(self, *paces: Pacing) -> None:
        self._paces = paces

    def wait(self) -> None:
        for pace in self._paces:
            pace.wait()

    def throttled(self) -> None:
        for pace in self._paces:
            pace.throttled()

    def answered(self) -> None:
        for pace in self._paces:
            pace.answered()


_paces_of_calls: OrderedDict[tuple[str, ...], Pace] = OrderedDict()
_KEPT = 1000


def pace_of_call(key: tuple[str, ...], per_second: float) -> Pace:
    """The pace that all calls of this key share in this process, such as those of one operation on one pool."""
    with _paces_lock:
        if key not in _paces_of_calls:
            _paces_of_calls[key] = Pace(per_second)
        _paces_of_calls.move_to_end(key)
        while len(_paces_of_calls) > _KEPT:
            _paces_of_calls.popitem(last=False)
        return _paces_of_calls[key]


def delays(times: int) -> Iterator[float]:
    """Exponential backoff with jitter: the seconds before each of `times` retries, doubling, capped, half of each
    random.
    """
    for n in range(times):
        longest = min(settings.AWS_RETRY_BASE_S * 2**n, _LONGEST_DELAY_S)
        yield _random.uniform(longest / 2, longest)
