"""Nobody but who knows its token is answered: not other users of the machine, and not pages in a browser."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest

from emulator.process import Emulator


def ask(emulator: Emulator, path: str, *, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(emulator.url).netloc, timeout=10)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    return connection.getresponse()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_emulator/health"),
        ("GET", "/_emulator/outbox"),
        ("POST", "/_emulator/reset"),
        ("POST", "/moto-api/reset-auth"),
        ("POST", "/"),
        ("GET", "/wrong-token/_emulator/outbox"),
        ("GET", "/%ff/_emulator/outbox"),
    ],
)
def test_who_does_not_know_the_token_is_refused(emulator: Emulator, method: str, path: str) -> None:
    assert ask(emulator, path, method=method).status == 403


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
@pytest.mark.parametrize("path", ["{token}/", "{token}/_emulator/outbox", "{token}/moto-api/data.json", "/"])
def test_no_page_of_another_origin_reads_an_answer(emulator: Emulator, method: str, path: str) -> None:
    answer = ask(
        emulator,
        path.format(token=urlsplit(emulator.url).path),
        method=method,
        Origin="https://evil.example",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="x-amz-target",
    )
    assert [name for name, _ in answer.getheaders() if name.lower().startswith("access-control-")] == []


def test_who_knows_it_is_answered(emulator: Emulator) -> None:
    assert ask(emulator, f"{urlsplit(emulator.url).path}/_emulator/health").status == 200
    assert emulator.client("sts").get_caller_identity()["Account"] == "123456789012"
