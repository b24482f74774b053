"""The count outside the database: in Redis, in a folder, and in the memory of each process.

It only rises. What was lost (Redis that was restarted empty, a folder that was removed) is filled again from the
others, or from the database; that alone holds nothing.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from redis import Redis, RedisError

logger = logging.getLogger(__name__)

# Of this process: one that lives on while the database is restored knows better than any other.
_seen: dict[UUID, int] = {}


class CounterUnreachable(Exception):
    """The number stands nowhere where it can be read, or written."""


class CounterPlace(Protocol):
    def read(self, installation: UUID) -> int: ...

    def raise_to(self, installation: UUID, number: int) -> int:
        """The number that stands there now: this one, or one that is larger."""
        ...


class FolderCounter:
    """An empty file, named by the number: making it can't be done by halves, and who comes late takes nothing back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, installation: UUID) -> int:
        return max(self._numbers(installation), default=0)

    def raise_to(self, installation: UUID, number: int) -> int:
        where = self._folder / str(installation)
        where.mkdir(parents=True, exist_ok=True, mode=0o700)
        (where / str(number)).touch(mode=0o600)
        _to_disk(where)
        largest = max(self._numbers(installation))
        for smaller in self._numbers(installation):
            if smaller < largest:
                (where / str(smaller)).unlink(missing_ok=True)
        return largest

    def _numbers(self, installation: UUID) -> list[int]:
        with suppress(FileNotFoundError):
            return [int(name) for name in os.listdir(self._folder / str(installation)) if name.isdigit()]
        return []


def _to_disk(folder: Path) -> None:
    """So that a machine that loses its power forgets no number that its database may have forgotten."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


class RedisCounter:
    _RAISE = """
    local there = tonumber(redis.call('GET', KEYS[1]) or '0')
    if tonumber(ARGV[1]) <= there then return there end
    redis.call('SET', KEYS[1], ARGV[1])
    return tonumber(ARGV[1])
    """

    def __init__(self, url: str) -> None:
        self._redis: Any = Redis.from_url(url, socket_connect_timeout=2, socket_timeout=5)

    def read(self, installation: UUID) -> int:
        return int(self._redis.get(self._key(installation)) or 0)

    def raise_to(self, installation: UUID, number: int) -> int:
        return int(self._redis.eval(self._RAISE, 1, self._key(installation), number))

    def _key(self, installation: UUID) -> str:
        return f"iamconsole:steps-begun:{installation}"


def read(installation: UUID) -> int:
    """The largest number that is known; 0 where there is none. Raises CounterUnreachable."""
    return _largest(installation, lambda place: place.read(installation))


def raise_to(installation: UUID, number: int) -> int:
    """Writes it to every place that it can reach; returns the largest number found there then. Raises
    CounterUnreachable.
    """
    return _largest(installation, lambda place: place.raise_to(installation, number))


def _largest(installation: UUID, ask: Callable[[CounterPlace], int]) -> int:
    """One place that answers is enough: each process asks all of them."""
    answers: list[int] = []
    for place in _places(settings.REDIS_URL, str(settings.COUNTER_DIR)):
        try:
            answers.append(ask(place))
        except (OSError, RedisError) as error:
            logger.warning("The number of steps begun is out of reach in %s: %s", type(place).__name__, error)
    if not answers:
        raise CounterUnreachable
    _seen[installation] = max(_seen.get(installation, 0), *answers)
    return _seen[installation]


@cache
def _places(redis_url: str, folder: str) -> tuple[CounterPlace, ...]:
    return tuple(_each_place(redis_url, folder))


def _each_place(redis_url: str, folder: str) -> Iterator[CounterPlace]:
    if redis_url:
        yield RedisCounter(redis_url)
    if folder:
        yield FolderCounter(Path(folder))
