"""Rate limiting across all workers: time slots, given out by a row of the database.

A pull takes up to a second's worth of places at once, in one short statement, so that a slow rate doesn't cost a
write for each call. Who is urgent (a change, or an operator who waits) takes the next place, and pulls come that much
later: together they stay under the rate, but for the places that pulls hold already, at most a second's worth.
"""

from __future__ import annotations

import math
import os
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from django.db import connection
from django.db.models import QuerySet

from sync import clock
from sync.aws.quotas import rate_of
from sync.models import SharedRate

_SLOWEST_PER_SECOND = 0.2
_SLOW_DOWN = 2.0
# Half of a slow-down is forgotten after so long without another refusal.
_HALF_LIFE_S = 30.0
# What somebody urgent may take at once, after a rest.
_BURST_S = 1.0
_MOST_HELD_S = 1.0
_KEPT = 1000

_TAKE = """
UPDATE sync_sharedrate
SET next_at = CASE WHEN next_at > %(now)s THEN next_at ELSE %(now)s END + %(taken)s
WHERE account_id = %(account_id)s AND region = %(region)s AND category = %(category)s
RETURNING next_at - %(taken)s
"""
_TAKE_URGENT = """
UPDATE sync_sharedrate
SET urgent_at = CASE WHEN urgent_at > %(now)s THEN urgent_at ELSE %(now)s END + %(taken)s,
    next_at = CASE WHEN next_at > %(now)s THEN next_at ELSE %(now)s END + %(taken)s
WHERE account_id = %(account_id)s AND region = %(region)s AND category = %(category)s
RETURNING urgent_at - %(taken)s
"""


def database_clock() -> float:
    """Seconds since 1970."""
    return clock.now().timestamp()


@dataclass(frozen=True)
class PaceKey:
    """What is counted together."""

    account_id: str
    region: str
    category: str


@dataclass
class SharedPace:
    """The places in one line, as this process takes them; for all its threads. See `sync.aws.pacing.Pace`."""

    line: PaceKey
    urgent: bool = False
    shared_clock: Callable[[], float] = database_clock
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _places: deque[float] = field(default_factory=deque)  # held and not yet used, by `clock`
    _gap: float = 0.0  # between them
    _lock: Lock = field(default_factory=Lock)

    def wait(self) -> None:
        """Takes the next slot, and sleeps until then."""
        with self._lock:
            now = self.clock()
            # A place that is long past is no right to two calls at once.
            while self._places and self._places[0] < now - self._gap:
                self._places.popleft()
            if not self._places:
                self._places.extend(now + in_s for in_s in self._take())
            at = self._places.popleft()
        if at > now:
            self.sleep(at - now)

    def throttled(self) -> None:
        """Halves the rate for all workers after AWS throttled a call, and gives up the slots that this process has
        taken.
        """
        with self._lock:
            now = self.shared_clock()
            slowed = min(self._slowed(now) * _SLOW_DOWN, max(1.0, self._rate / _SLOWEST_PER_SECOND))
            self._rows().update(slowed=slowed, refused_at=now)
            self._places.clear()

    def answered(self) -> None:
        """Does nothing: the rate recovers with time, so that no answer costs a write."""

    @property
    def per_second(self) -> float:
        """The rate at the moment."""
        return self._rate / self._slowed(self.shared_clock())

    @property
    def _rate(self) -> float:
        return rate_of(self.line.account_id, self.line.category)

    def _slowed(self, now: float) -> float:
        found = self._rows().values_list("slowed", "refused_at").first()
        if found is None:
            return 1.0
        slowed, refused_at = found
        halvings = max(0.0, now - refused_at) / _HALF_LIFE_S
        return max(1.0, slowed * math.pow(0.5, halvings))

    def _take(self) -> list[float]:
        """New places, in so many seconds from now each."""
        now = self.shared_clock()
        self._gap = self._slowed(now) / self._rate
        if self.urgent:
            return [self._reserve(_TAKE_URGENT, now, self._gap) - now - _BURST_S]
        count = max(1, int(_MOST_HELD_S / self._gap))
        begin = self._reserve(_TAKE, now, count * self._gap) - now
        return [begin + number * self._gap for number in range(count)]

    def _reserve(self, statement: str, now: float, taken: float) -> float:
        params = {**vars(self.line), "now": now, "taken": taken}
        for _ in range(2):
            with connection.cursor() as cursor:
                cursor.execute(statement, params)
                found = cursor.fetchone()
            if found is not None:
                return float(found[0])
            SharedRate.objects.bulk_create([SharedRate(**vars(self.line))], ignore_conflicts=True)
        return now  # somebody deletes the rows as we make them

    def _rows(self) -> QuerySet[SharedRate]:
        return SharedRate.objects.filter(**vars(self.line))


_paces: OrderedDict[tuple[int, PaceKey, bool], SharedPace] = OrderedDict()
_paces_lock = Lock()


def shared_pace(account_id: str, region: str, category: str, *, urgent: bool) -> SharedPace:
    """The pace of this process in that line."""
    line = PaceKey(account_id, region, category)
    key = os.getpid(), line, urgent
    with _paces_lock:
        if key not in _paces:
            _paces[key] = SharedPace(line, urgent)
        _paces.move_to_end(key)
        while len(_paces) > _KEPT:
            _paces.popitem(last=False)
        return _paces[key]
