"""Requests to addresses that somebody set: where they may go, that they stay there, and that they end in time."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamconsole.outgoing import post as sending
from iamconsole.outgoing.addresses import OutgoingRefused, read_address, resolved, why_refused
from iamconsole.outgoing.post import OutgoingFailed, post
from tests.services.receiver import Receiver, receiving, status

REFUSED = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808",
    "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:808:808::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1",
    "2a00:1450:4001:800:0:5efe:7f00:1",
]  # fmt: skip
ALLOWED = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "2606:4700:4700::1111", "2a00:1450:4001:800::200e"]


@pytest.mark.parametrize("address", REFUSED)
def test_what_isnt_public_is_refused(address: str) -> None:
    assert why_refused(address)


@pytest.mark.parametrize("address", ALLOWED)
def test_what_is_public_isnt(address: str) -> None:
    assert why_refused(address) == ""


@given(st.ip_addresses(v=4))
def test_no_form_of_ipv6_carries_one_of_ipv4(address: Any) -> None:
    """Whether it is a public one or not."""
    for form in ("::ffff:{0}", "::{0}", "64:ff9b::{0}"):
        assert why_refused(form.format(address))
    high, low = divmod(int(address), 2**16)
    assert why_refused(f"2002:{high:x}:{low:x}::1")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("http://hooks.example.org/a", "begin with https"),
        ("ftp://hooks.example.org/", "beginning with https"),
        ("//hooks.example.org/", "beginning with https"),
        ("hooks.example.org", "beginning with https"),
        ("https:///a", "beginning with https"),
        ("https://user:pass@hooks.example.org/", "Leave out a user name"),
        ("https://hooks.example.org/#a", "what follows a #"),
        ("https://hooks.example.org\\@127.0.0.1/", "backslash"),
        ("https://hooks.example.org/ a", "blank"),
        ("https://hooks.example.org/\r\nHost: a", "control character"),
        ("https://hooks.example.org:0/", "port 0"),
        ("https://hooks.example.org:99999/", "no address"),
        ("https://[::1/", "no address"),
        (f"https://{'a' * 70}.example.org/", "no address"),
        ("https://hooks.example.org/ü", "percent signs"),
        ("https://127.0.0.1/", "The host is this machine"),
        ("https://[::ffff:10.0.0.1]/", "stands for another one"),
        ("https://169.254.169.254/latest/meta-data/", "metadata"),
        ("https://hooks.example.org/" + "a" * 2000, "more than 2000"),
    ],
)
def test_an_address_that_nothing_is_sent_to(text: str, says: str) -> None:
    with pytest.raises(OutgoingRefused, match=says):
        read_address(text)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost", "LOCALHOST."])
def test_other_ways_to_write_loopback_are_refused_where_they_lead(host: str) -> None:
    destination = read_address(f"https://{host}/")
    with pytest.raises((OutgoingRefused, OSError), match=r"this machine|not known|address|Name"):
        resolved(destination, 5)


def test_a_host_that_leads_to_one_private_address_among_public_ones_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering("8.8.8.8", "10.0.0.7"))
    with pytest.raises(OutgoingRefused, match="leads to a private or reserved address"):
        post("https://hooks.example.org/", b"", {})


def test_the_name_is_asked_for_once_and_what_was_looked_at_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next answer of the name would be loopback: nobody asks."""
    answers, went = ["8.8.8.8", "127.0.0.1", "127.0.0.1"], []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: answering(answers.pop(0))())

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        went.append(address)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(OutgoingFailed, match="Nothing answers at https://hooks"):
        post("https://hooks.example.org/secret", b"", {})
    assert went == [("8.8.8.8", 443)] and len(answers) == 2


def test_a_name_that_isnt_resolved_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: receiver.let_go.wait(10))
        began = time.monotonic()
        with pytest.raises(OutgoingFailed, match="not resolved"):
            post("https://hooks.example.org/", b"", {}, within_s=0.1)
        assert time.monotonic() - began < 3


def answering(*addresses: str) -> Any:
    return lambda *a, **k: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in addresses]


# ---- A receiver on this machine, which whoever runs the console allows -----------------------------------------
@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with receiving() as running:
        settings.OUTGOING_ALLOWED = [running.url]
        yield running


def test_it_is_sent_where_the_setting_allows_it(receiver: Receiver, settings: Any) -> None:
    answer = post(f"{receiver.url}/hook?a=b", b"{}", {"Content-Type": "application/json", "webhook-id": "msg_1"})
    assert answer.status == 204
    [got] = receiver.received
    assert (got.path, got.body, got.headers["Host"]) == ("/hook?a=b", b"{}", receiver.url.removeprefix("http://"))
    settings.OUTGOING_ALLOWED = []
    with pytest.raises(OutgoingRefused):
        post(receiver.url, b"{}", {})
    settings.OUTGOING_ALLOWED = [receiver.url.replace("http:", "https:")]
    with pytest.raises(OutgoingRefused, match="https"):
        post(receiver.url, b"{}", {})


@pytest.mark.parametrize("where", ["http://127.0.0.1:1/", "http://169.254.169.254/", "/elsewhere"])
def test_a_redirect_is_an_answer_and_no_way(receiver: Receiver, where: str) -> None:
    receiver.answers.append(status(302, Location=where))
    assert post(receiver.url, b"{}", {}).status == 302
    assert len(receiver.received) == 1


def test_how_long_it_is_to_wait(receiver: Receiver) -> None:
    for said, meant in (("120", 120), ("999999999", 86_400), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None)):
        receiver.answers.append(status(429, Retry_After=said))
        assert post(receiver.url, b"{}", {}).retry_after_s == meant


def hang(receiver: Receiver) -> Any:
    return lambda handler: receiver.let_go.wait(20)


def drip(receiver: Receiver) -> Any:
    """One byte of a status line after the other: each read is answered in time, and the whole never ends."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):
            handler.wfile.write(b"HTTP/1.1 ")
            while not receiver.let_go.wait(0.02):
                handler.wfile.write(b"1")
                handler.wfile.flush()

    return answer


def go_on_for_ever(receiver: Receiver) -> Any:
    """100 Continue, over and over."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):
            while not receiver.let_go.wait(0.02):
                handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    return answer


@pytest.mark.parametrize("answer", [hang, drip, go_on_for_ever])
def test_what_gives_no_answer_in_time_is_left(receiver: Receiver, answer: Any) -> None:
    receiver.answers.append(answer(receiver))
    began = time.monotonic()
    with pytest.raises(OutgoingFailed):
        post(receiver.url, b"{}", {}, within_s=0.3)
    assert time.monotonic() - began < 5


def test_a_body_without_an_end_is_thrown_away(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []

    def stream(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        with suppress(OSError):
            while not receiver.let_go.is_set():
                handler.wfile.write(b"x" * 65_536)
                sent.append(65_536)

    receiver.answers.append(stream)
    monkeypatch.setattr(sending, "MOST_READ", 1000)
    assert post(receiver.url, b"{}", {}, within_s=5).status == 200
    assert sum(sent) < 50_000_000


def test_what_is_no_http_is_said(receiver: Receiver) -> None:
    def greet(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"220 mail.example.org ESMTP\r\n")

    receiver.answers.append(greet)
    with pytest.raises(OutgoingFailed, match="gave no answer that is HTTP"):
        post(receiver.url, b"{}", {})


def test_a_certificate_of_nobody_is_refused(settings: Any) -> None:
    """TLS is spoken with the name of the address, and checked."""
    with receiving() as receiver:
        address = receiver.url.replace("http:", "https:")
        settings.OUTGOING_ALLOWED = [address]
        with pytest.raises(OutgoingFailed):
            post(address, b"{}", {}, within_s=2)
        assert receiver.received == []
