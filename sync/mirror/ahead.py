"""Reading the next page while this one is written: AWS takes seconds for a page, and so do we."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from sync.mirror.base import SourcePage


def read_ahead(pages: Iterator[SourcePage], *, may_read: Callable[[], bool]) -> Iterator[SourcePage]:
    """The same pages, one of them ahead; ends early once it may read no more.

    `pages` runs in a thread of its own, so it must not use the database. What it raises comes when the page is wanted.
    Whoever stops before the end closes this; that waits for the page that is under way.
    """
    with ThreadPoolExecutor(1, "pages") as thread:
        coming: Future[SourcePage | None] | None = thread.submit(next, pages, None)
        while coming is not None and (page := coming.result()) is not None:
            coming = thread.submit(next, pages, None) if page.marker and may_read() else None
            yield page
