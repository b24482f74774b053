"""What several parts of a page ask is asked once a page, and anew by whatever writes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from iamconsole.web.once import OncePerPage, once_a_page

asked: list[int] = []


@once_a_page
def doubled(number: int) -> int:
    asked.append(number)
    return 2 * number


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{doubled(1)} {doubled(1)} {doubled(2)}")


@pytest.fixture(autouse=True)
def nothing_asked() -> Iterator[None]:
    asked.clear()
    yield


def test_a_page_asks_once_for_each_arguments() -> None:
    assert OncePerPage(view)(RequestFactory().get("/")).getvalue() == b"2 2 4"
    assert asked == [1, 2]


def test_the_next_page_asks_anew() -> None:
    for _ in range(2):
        OncePerPage(view)(RequestFactory().get("/"))
    assert asked == [1, 2, 1, 2]


def test_what_writes_asks_each_time() -> None:
    OncePerPage(view)(RequestFactory().post("/"))
    assert asked == [1, 1, 2]


def test_nothing_is_kept_after_a_page_that_broke() -> None:
    def broken(request: HttpRequest) -> HttpResponse:
        raise ValueError(doubled(1))

    with pytest.raises(ValueError, match="2"):
        OncePerPage(broken)(RequestFactory().get("/"))
    doubled(1)
    assert asked == [1, 1]


def test_what_streams_afterwards_asks_each_time() -> None:
    def streamed(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(str(doubled(1)) for _ in range(2))

    response = OncePerPage(streamed)(RequestFactory().get("/"))
    assert b"".join(response.streaming_content) == b"22"  # type: ignore[attr-defined]
    assert asked == [1, 1]


def test_an_answer_found_with_others_is_not_asked_for_while_the_page_is_made() -> None:
    def knows(request: HttpRequest) -> HttpResponse:
        doubled.remember(10, 5)
        return HttpResponse(f"{doubled(5)} {doubled(6)}")

    assert OncePerPage(knows)(RequestFactory().get("/")).getvalue() == b"10 12"
    doubled(5)
    assert asked == [6, 5]
