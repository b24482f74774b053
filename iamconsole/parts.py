"""Health of the parts that a web process needs, and conditions of the console, for `/health/`."""

from __future__ import annotations

import os
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import Error, connection

from iamconsole import trouble

WAIT_S = 1.0
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
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=WAIT_S, socket_timeout=WAIT_S)
    try:
        client.ping()
    except (redis.RedisError, OSError):
        return trouble.NO_BROKER.title
    finally:
        client.close()
    return OK


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
