"""Where the token goes, and where it doesn't; and what is said when the console gives no answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from accounts.models import Operator
from iamconsole_client.client import Client
from iamconsole_client.connection import Connection
from iamconsole_client.errors import ApiProblem, InputError, Unreachable
from iamconsole_client.generated.operations import Operations
from tests.command.console import Command
from tests.services.servers import free_port

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def server(answer: Answer) -> Iterator[str]:
    """A server of any kind, to be mistaken for a console."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        def log_message(self, *args: Any) -> None:
            pass

    running = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def said(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def test_a_redirect_gets_no_token() -> None:
    asked: list[str | None] = []

    def thief(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.headers["Authorization"])
        said(200, b"{}")(handler)

    with (
        server(thief) as elsewhere,
        server(said(302, Location=elsewhere)) as url,
        pytest.raises(Unreachable, match=elsewhere),
    ):
        Client(url, "iamc_x").who_am_i()
    assert asked == []


@pytest.mark.parametrize(
    "address",
    ["http://console.example", "ftp://x", "console.example", "https://a:b@x", "https://x/?a", "https://[", ""],
)
def test_an_address_that_gets_no_token_is_refused(address: str) -> None:
    with pytest.raises(InputError):
        Client(address, "iamc_x")


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "é"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(InputError):
        Client("https://console.example", token)


@pytest.mark.parametrize("body", [b"<html>", b"\xff", b"[" * 100_000])
def test_what_is_no_api_is_said(body: bytes) -> None:
    with server(said(200, body)) as url, pytest.raises(Unreachable, match="isn’t the API"):
        Client(url, "iamc_x").who_am_i()


def test_it_waits_as_long_as_it_is_told_and_sends_the_same_key() -> None:
    keys: list[str | None] = []
    pauses: list[float] = []

    def busy(handler: BaseHTTPRequestHandler) -> None:
        keys.append(handler.headers["Idempotency-Key"])
        problem = b'{"title": "t", "status": 429, "detail": "Too often."}'
        said(429, problem, Retry_After="7")(handler)

    with server(busy) as url, pytest.raises(ApiProblem, match="Too often"):
        Operations(Connection(url, "iamc_x", pause=pauses.append).send).lint_document({"document": "{}"})
    assert pauses == [7, 7]
    assert len(keys) == 3
    assert len(set(keys)) == 1


def test_each_part_of_a_path_stays_one() -> None:
    paths: list[str] = []

    def noted(handler: BaseHTTPRequestHandler) -> None:
        paths.append(handler.path)
        said(200, b"{}")(handler)

    with server(noted) as url:
        Client(url, "iamc_x").read_object("1", "..", "a/b?c#d")
    assert paths == ["/api/v1/aws-accounts/1/objects/%2E%2E/a%2Fb%3Fc%23d"]
    with pytest.raises(InputError, match="surrogate"):
        Client("https://console.example", "iamc_x").read_object("1", "users", "\ud800")


# ---- The environment -----------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_the_token_comes_from_the_environment_or_a_file(command: Command) -> None:
    empty = command.file("f", "{}")
    token = command.file("token", f"{command.token}\n")
    assert command.run("lint", empty, IAMCONSOLE_TOKEN="", IAMCONSOLE_TOKEN_FILE=token).status == 1
    for environment in (
        {"IAMCONSOLE_TOKEN": ""},
        {"IAMCONSOLE_TOKEN_FILE": token},
        {"IAMCONSOLE_TOKEN": "", "IAMCONSOLE_TOKEN_FILE": "missing"},
        {"IAMCONSOLE_URL": ""},
    ):
        assert command.run("lint", empty, **environment).status == 2
    assert command.run("lint", empty, "--token", command.token).status == 2


@pytest.mark.django_db(transaction=True)
def test_what_the_console_refuses_gives_3(command_of: Callable[..., Command], alice: Operator, bob: Operator) -> None:
    command = command_of(alice)
    empty = command.file("f", "{}")
    wrong = command.run("lint", empty, IAMCONSOLE_TOKEN="iamc_0123456789_" + "x" * 43)
    assert (wrong.status, wrong.said) == (3, "")
    assert command.run("status", "1", "--account", "999999999999").status == 3
    gone = command.run("lint", empty, IAMCONSOLE_URL=f"http://127.0.0.1:{free_port()}")
    assert gone.status == 3
    assert "gives no answer" in gone.error
    assert command.token not in wrong.error + gone.error
