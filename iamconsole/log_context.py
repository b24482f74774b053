"""What a line of the log belongs to: the request of a browser, the task of a worker, the change or the pull.

    with log_context.of(change=str(change_id)):
        ...  # each line that is logged meanwhile has "change": "12"

Numbers and names of tasks only: nothing that says who somebody is.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token

from django.conf import settings
from django.http import HttpRequest

REQUEST_ID = "request_id"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")

_cause: ContextVar[Mapping[str, str]] = ContextVar("log_context", default={})  # noqa: B039  nobody changes it


def current() -> Mapping[str, str]:
    return _cause.get()


def enter(**names: str) -> Token[Mapping[str, str]]:
    """For what ends in another function, such as a signal of Celery: `leave` with what this returns."""
    return _cause.set({**_cause.get(), **{name: value for name, value in names.items() if value}})


def leave(token: Token[Mapping[str, str]]) -> None:
    _cause.reset(token)


@contextmanager
def of(**names: str) -> Iterator[None]:
    token = enter(**names)
    try:
        yield
    finally:
        leave(token)


def new_request_id(request: HttpRequest) -> str:
    """The one that a proxy of ours gave it (X-Request-ID), so that its log and ours can be read together; else a new
    one. What comes from elsewhere could be anything.
    """
    given = request.headers.get("X-Request-ID", "")
    return given if settings.TRUSTED_PROXIES and _GIVEN.fullmatch(given) else secrets.token_hex(16)


class WithCause(logging.Filter):
    """Puts it on each record. What the record says itself stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name, value in _cause.get().items():
            vars(record).setdefault(name, value)
        return True
