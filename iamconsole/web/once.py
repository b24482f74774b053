"""What several parts of one page ask is asked once: the shell, a panel and the page itself need not know of each other.

    @once_a_page
    def standing(aws_account: AwsAccount) -> Standing: …

The second call with the same arguments gets the first one's answer, while a page is made (GET, HEAD). Whatever writes,
a worker and a command ask anew each time. Nobody may change what such a function returns.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

P = ParamSpec("P")
T = TypeVar("T")

_answers: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers", default=None)


class AskedOnce(Generic[P, T]):
    """A function whose answers are kept while a page is made."""

    def __init__(self, ask: Callable[P, T]) -> None:
        self._ask = ask
        update_wrapper(self, ask)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        answers = _answers.get()
        if answers is None:
            return self._ask(*args, **kwargs)
        key = self._key(*args, **kwargs)
        if key not in answers:
            answers[key] = self._ask(*args, **kwargs)
        answer: T = answers[key]
        return answer

    def remember(self, answer: T, *args: P.args, **kwargs: P.kwargs) -> None:
        """Keeps an answer that was found together with others, as long as this page is made."""
        answers = _answers.get()
        if answers is not None:
            answers[self._key(*args, **kwargs)] = answer

    def _key(self, *args: P.args, **kwargs: P.kwargs) -> Hashable:
        return self, args, tuple(sorted(kwargs.items()))


def once_a_page(ask: Callable[P, T]) -> AskedOnce[P, T]:
    """The arguments must be hashable, as rows are by their primary key."""
    return AskedOnce(ask)


@contextmanager
def page_is_made() -> Iterator[None]:
    """Within it answers are kept."""
    if _answers.get() is not None:
        yield
        return
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


class OncePerPage:
    """The middleware within which answers are kept, until the response is made. What streams after that asks anew."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            return self._get_response(request)
        with page_is_made():
            return self._get_response(request)
