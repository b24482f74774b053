"""The client's network address of what happens now: entries of the audit trail take it from here.

While a request is answered it is the request's; while a worker carries out a change, that of the request by which
somebody applied it, which the change keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_cause: ContextVar[HttpRequest | str | None] = ContextVar("cause", default=None)


def address() -> str | None:
    """None for what nobody's request caused: the clock, the command line."""
    cause = _cause.get()
    return address_of(cause) if isinstance(cause, HttpRequest) else cause


def address_of(request: HttpRequest) -> str | None:
    """The network address that a request came from, as far as the proxies in front tell."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:  # allauth's answer when the server was told no address
        return None


@contextmanager
def caused_from(known: str | None) -> Iterator[None]:
    token = _cause.set(known)
    try:
        yield
    finally:
        _cause.reset(token)


class CausedByRequest:
    """The middleware within which a request is the cause of what is written down."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = _cause.set(request)
        try:
            return self._get_response(request)
        finally:
            _cause.reset(token)
