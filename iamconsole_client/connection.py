"""Sends requests with a token: over HTTPS only, never on to where an answer points, and each thing once."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener
from urllib.request import Request as HttpRequest

from iamconsole_client.errors import ApiProblem, InputError, Unreachable
from iamconsole_client.requests import Request

MOST_BYTES = 64 * 2**20  # of an answer
TRIES = 3
LONGEST_PAUSE_S = 60
_LATER = (429, 503)
_LOCAL = ("localhost", "127.0.0.1", "::1")


class _NoRedirect(HTTPRedirectHandler):
    """urllib would send the token on to wherever an answer points."""

    def redirect_request(self, *args: Any, **given: Any) -> None:
        return None


class Connection:
    def __init__(
        self, address: str, token: str, *, timeout_s: float = 60, pause: Callable[[float], object] = time.sleep
    ) -> None:
        self._address, self._timeout_s, self._pause = _checked(address), timeout_s, pause
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise InputError("The token isn’t one of the console: it begins with iamc_ and has no blanks.")
        self._token = token
        self._opener = build_opener(_NoRedirect)

    def send(self, request: Request) -> Any:
        """What the API answers, parsed. Raises ApiProblem and Unreachable."""
        http = self._http(request)
        for left in reversed(range(TRIES)):
            try:
                with self._opener.open(http, timeout=self._timeout_s) as answer:
                    return _parsed(answer)
            except HTTPError as error:
                with error:
                    wait = _pause_of(error)
                    if not left or wait is None:
                        raise _problem(error) from None
                self._pause(wait)
            except (URLError, HTTPException, OSError) as error:
                if not left:
                    reason = getattr(error, "reason", None) or error
                    raise Unreachable(f"{self._address} gives no answer: {reason}.") from error
        raise Unreachable(f"{self._address} gives no answer.")

    def _http(self, request: Request) -> HttpRequest:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        data = None
        if request.method == "POST":
            headers["Idempotency-Key"] = uuid.uuid4().hex  # so that a second try does nothing twice
            headers["Content-Type"] = "application/json"
            data = json.dumps(request.body or {}).encode()
        url = f"{self._address}{request.target}"
        return HttpRequest(url, data, headers, method=request.method)  # noqa: S310  # _checked: https, or this machine


def _checked(address: str) -> str:
    """Raises InputError."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise InputError(f"{address!r} is no address of a console.") from None
    if parts.scheme not in ("https", "http") or not host or not address.isascii() or not address.isprintable():
        raise InputError(f"{address!r} is no address of a console: it is like https://console.example.")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise InputError("The address of the console has neither a name with a password, nor ? or #.")
    if parts.scheme == "http" and host not in _LOCAL:
        raise InputError(f"A token isn’t sent without TLS: write https://{parts.netloc}.")
    return address.rstrip("/")


def _parsed(answer: HTTPResponse) -> Any:
    text = answer.read(MOST_BYTES + 1)
    if len(text) > MOST_BYTES:
        raise Unreachable("The answer is longer than any of the API.")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Unreachable("What answers there isn’t the API of a console: it isn’t JSON.") from None


def _pause_of(error: HTTPError) -> float | None:
    """Seconds; None where another try is of no use."""
    said = error.headers.get("Retry-After", "")
    if error.code not in _LATER or not said.isdecimal():
        return None
    return min(float(said), LONGEST_PAUSE_S)


def _problem(error: HTTPError) -> ApiProblem | Unreachable:
    try:
        said = json.loads(error.read(MOST_BYTES))
        errors = [each for each in said.get("errors", []) if isinstance(each, dict)]
        return ApiProblem(error.code, str(said["title"]), str(said["detail"]), errors)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError, OSError, HTTPException):
        where = f", to {error.headers['Location']}" if error.headers.get("Location") else ""
        return Unreachable(f"What answers there isn’t the API of a console: status {error.code}{where}.")
