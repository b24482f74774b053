"""Health of the parts that a web process needs, and conditions of the console, for `/health/`."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, partial
from threading import Lock
from time import monotonic

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from iamconsole import heartbeats, trouble

WAIT_S, KEPT_S = 1.0, 2.0
OK = "ok"


def look() -> dict[str, str]:
    """Part → "ok", or what is wrong with it; no addresses and no words of a server, since strangers read them."""
    return {"database": _database(), "broker": _broker()}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        return _words(error, trouble.DOWN)
    return OK


def _broker() -> str:
    if not settings.REDIS_URL:
        return OK if os.access(settings.QUEUE_DIR, os.W_OK) else trouble.NO_BROKER.title
    return _redis(settings.REDIS_URL)


_asking = Lock()
_away_at: dict[str, float] = {}


def _redis(url: str) -> str:
    """That it is away is kept for a moment: probes that ask for several parts don't all wait for one that hangs."""
    with _asking:
        if monotonic() < _away_at.get(url, -KEPT_S) + KEPT_S:
            return trouble.NO_BROKER.title
        answer = _ping(url)
        if answer != OK:
            _away_at[url] = monotonic()
        return answer


def _ping(url: str) -> str:
    client = redis.Redis.from_url(url, socket_connect_timeout=WAIT_S, socket_timeout=WAIT_S)
    try:
        client.ping()
    except (redis.RedisError, OSError):
        return trouble.NO_BROKER.title
    finally:
        client.close()
    return OK


# ---- Readiness -----------------------------------------------------------------------------------------------------
MIGRATIONS_MISSING = "Migrations are missing"
NO_WORKER = "No worker was heard of lately"
NO_BEAT = "Beat was not heard of lately"
NOT_KNOWN = "Not known while the {} is away"


def ready(only: Collection[str] = ()) -> dict[str, str]:
    """Of each part that the whole console needs, or of those named: "ok", or what is wrong with it.

    Raises KeyError with the name of a part that there isn't.
    """
    if unknown := sorted(set(only) - set(READY)):
        raise KeyError(unknown[0])
    return {name: look() for name, look in READY.items() if not only or name in only}


def missing_migrations() -> int:
    """How many the database lacks. Raises what the database says."""
    return len(_known_migrations() - set(MigrationRecorder(connection).applied_migrations()))


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """Those of this version: reading the files takes longer than all else."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _migrations() -> str:
    try:
        return MIGRATIONS_MISSING if missing_migrations() else OK
    except Error:
        return NOT_KNOWN.format("database")


def _worker(queue: str) -> str:
    return _heard(lambda: bool(heartbeats.alive(queue)), NO_WORKER)


def _beat() -> str:
    return _heard(lambda: heartbeats.beat_age() is not None, NO_BEAT)


def _heard(is_heard: Callable[[], bool], otherwise: str) -> str:
    """By the cache, which is where the queue is: Redis, or the database."""
    if settings.REDIS_URL and _broker() != OK:
        return NOT_KNOWN.format("queue")
    try:
        return OK if is_heard() else otherwise
    except redis.RedisError:
        return NOT_KNOWN.format("queue")
    except Error:
        return NOT_KNOWN.format("database")


READY: Mapping[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    **{f"worker_{queue}": partial(_worker, queue) for queue in heartbeats.QUEUES},
    "beat": _beat,
}


def messages(queues: Sequence[str]) -> dict[str, int]:
    """How many messages wait in the broker. Raises what Redis says."""
    if not settings.REDIS_URL:
        return {queue: sum(1 for _ in settings.QUEUE_DIR.glob(f"*.{queue}.msg")) for queue in queues}
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=WAIT_S, socket_timeout=WAIT_S)
    with client:
        return {queue: int(client.llen(queue)) for queue in queues}


def _words(error: Exception, otherwise: trouble.ConsoleTrouble) -> str:
    return (trouble.recognise(error) or otherwise).title


# ---- Conditions that the apps above tell ---------------------------------------------------------------------------
# One word each: that the console answers says not enough. They register in `AppConfig.ready()`. Anybody can ask
# there, so nothing is told but the word.
_conditions: dict[str, Callable[[], str]] = {}


def register_condition(name: str, word: Callable[[], str]) -> None:
    _conditions[name] = word


def conditions() -> dict[str, str]:
    return {name: word() for name, word in _conditions.items()}
