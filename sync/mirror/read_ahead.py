"""Reads ahead: a thread reads and parses what a pull writes next, while the pull waits for the database."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def read_ahead(coming: Iterator[T], *, most: int) -> Generator[T]:
    """The items of `coming`, of which up to `most` are made before they are asked for.

    `coming` runs in a thread of its own, with a connection to the database of its own: it may do there what commits by
    itself, such as taking a place in a line (`sync.aws.shared_pace`), and nothing of the caller's. What it raises comes
    in its turn. Whoever stops before the end closes this; that waits for the one that is under way.
    """
    end = object()
    with ThreadPoolExecutor(1, "read-ahead") as thread:

        def ask() -> Future[T | object]:
            return thread.submit(next, coming, end)

        pending = deque(ask() for _ in range(most))
        try:
            while (one := pending.popleft().result()) is not end:
                pending.append(ask())
                yield one  # type: ignore[misc]  # it is no `object()` but the end
        finally:
            for future in pending:
                future.cancel()
            thread.submit(connections.close_all)
            thread.shutdown(wait=False)
