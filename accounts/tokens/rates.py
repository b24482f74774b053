"""How often a token may ask: so many requests in each minute of the clock."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache

from accounts.models import ApiToken

WINDOW_S = 60


@dataclass(frozen=True)
class RateUse:
    limit: int
    left: int  # requests in this window; below 0 it is over
    resets_in: int  # seconds

    @property
    def is_over(self) -> bool:
        return self.left < 0


def count(token: ApiToken) -> RateUse:
    """Counts a request. In Redis for all web processes; without it each process counts by itself."""
    now, limit = time.time(), settings.API_REQUESTS_PER_MINUTE
    window = int(now // WINDOW_S)
    key, counter = f"api-rate:{token.prefix}:{window}", _counter()
    counter.add(key, 0, WINDOW_S * 2)
    try:
        used = counter.incr(key)
    except ValueError:  # Redis was emptied between the two
        used = 1
    return RateUse(limit, limit - used, WINDOW_S - int(now % WINDOW_S))


def _counter() -> BaseCache:
    return caches["default"] if settings.REDIS_URL else caches["requests"]
