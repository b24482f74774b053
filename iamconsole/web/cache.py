"""The cache in Redis: how its values are written, and what happens while Redis can't be reached."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

T = TypeVar("T")
AGAIN_S = 5.0  # so long it isn't asked again: each time costs a second of whoever waits

log = logging.getLogger(__name__)


class JsonSerializer:
    """Not by pickle: who writes in Redis could run code in the console."""

    def dumps(self, value: Any) -> bytes | int:
        return value if type(value) is int else json.dumps(value).encode()  # Redis counts with integers itself

    def loads(self, data: bytes | int) -> Any:
        return json.loads(data) if isinstance(data, bytes) else data


class RedisOrMemory(BaseCache):
    """Redis; while it can't be reached, the memory of this process, so that signing in still works.

    What is counted there (how often a password was tried) counts for this process only: tries are limited still, but as
    many times less as there are web processes. What others wrote (the trace of the last tick) isn't there: it is
    missing, as health checks should see it. Nothing is kept here that must not be lost.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._redis = RedisCache(server, params)
        self._memory = LocMemCache(f"instead of {server}", {**params, "OPTIONS": {}})
        self._not_before = 0.0

    def _ask(self, what: Callable[[BaseCache], T]) -> T:
        if time.monotonic() >= self._not_before:
            try:
                return what(self._redis)
            except (RedisError, OSError) as error:
                self._not_before = time.monotonic() + AGAIN_S
                log.error("Redis can’t be reached (%s): this process counts tries by itself meanwhile.", error)
        return what(self._memory)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return self._ask(lambda cache: cache.add(*args, **kwargs))

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(lambda cache: cache.get(*args, **kwargs))

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._ask(lambda cache: cache.set(*args, **kwargs))

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return self._ask(lambda cache: cache.touch(*args, **kwargs))

    def incr(self, *args: Any, **kwargs: Any) -> int:
        return self._ask(lambda cache: cache.incr(*args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return self._ask(lambda cache: cache.delete(*args, **kwargs))

    def clear(self) -> None:
        self._ask(lambda cache: cache.clear())
