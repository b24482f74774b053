"""Sends a request to an address that somebody set on a page: pinned, without redirects, within seconds.

The whole of it, from the name to the answer's status, has one limit of time. Of the answer only the status counts, and
`Retry-After`; its body is read up to a limit and thrown away.
"""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer

from iamconsole.outgoing.addresses import Destination, read_address, resolved

WITHIN_S = 5.0
MOST_READ = 64 * 1024  # bytes of an answer's body
_LONGEST_WAIT_S = 24 * 3600.0  # that a server may ask for


class OutgoingFailed(Exception):
    """No answer, or none that is HTTP. The text is a sentence, which names no path."""


@dataclass(frozen=True)
class PostAnswer:
    """`retry_after_s`: in how many seconds the server wants to be asked again."""

    status: int
    retry_after_s: float | None = None


def post(url: str, body: bytes, headers: Mapping[str, str], *, within_s: float = WITHIN_S) -> PostAnswer:
    """Raises OutgoingRefused where the address isn't allowed, OutgoingFailed where nothing answers in time."""
    until = time.monotonic() + within_s
    destination = read_address(url)
    try:
        addresses = resolved(destination, within_s)
    except OSError as error:
        raise OutgoingFailed(f"The name {destination.host} was not resolved.") from error
    sock = _connected(destination, addresses, until)
    with _cut_off(sock, until):
        try:
            return _exchanged(_secured(sock, destination, until), destination, body, headers)
        except (OSError, http.client.HTTPException) as error:
            raise OutgoingFailed(_why(destination, error, until)) from error


def _connected(destination: Destination, addresses: Sequence[str], until: float) -> socket.socket:
    """A connection to one of these very addresses: the name isn't asked for again."""
    for address in addresses:
        if (left := until - time.monotonic()) > 0:
            with suppress(OSError):
                return socket.create_connection((address, destination.port), timeout=left)
    raise OutgoingFailed(f"Nothing answers at {destination.origin}.")


@contextmanager
def _cut_off(sock: socket.socket, until: float) -> Iterator[None]:
    """Ends the connection when the time is up.

    The socket's own limit is for each read, and a server that sends one byte after the other would never meet it.
    """
    same = socket.socket(fileno=os.dup(sock.fileno()))

    def end() -> None:
        with suppress(OSError):
            same.shutdown(socket.SHUT_RDWR)

    timer = Timer(max(0.0, until - time.monotonic()), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        same.close()
        sock.close()


def _secured(sock: socket.socket, destination: Destination, until: float) -> socket.socket:
    sock.settimeout(max(0.01, until - time.monotonic()))
    if destination.scheme == "http":
        return sock
    return ssl.create_default_context().wrap_socket(sock, server_hostname=destination.host)


def _exchanged(sock: socket.socket, destination: Destination, body: bytes, headers: Mapping[str, str]) -> PostAnswer:
    connection = http.client.HTTPConnection(destination.host, destination.port)
    connection.sock = sock
    host = destination.origin.partition("://")[2]
    try:
        connection.request("POST", destination.target, body, {"Host": host, "Connection": "close", **headers})
        answer = connection.getresponse()
        found = PostAnswer(answer.status, _seconds(answer.getheader("Retry-After", "")))
        with suppress(OSError, http.client.HTTPException):
            answer.read(MOST_READ)
        return found
    finally:
        connection.close()


def _seconds(text: str) -> float | None:
    """Of Retry-After only the form in seconds is read (RFC 9110, 10.2.3)."""
    return min(float(text), _LONGEST_WAIT_S) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _why(destination: Destination, error: Exception, until: float) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {destination.host} isn’t valid: {error.verify_message}."
    if time.monotonic() >= until or isinstance(error, TimeoutError):
        return f"{destination.origin} did not answer in time."
    return f"{destination.origin} gave no answer that is HTTP."
