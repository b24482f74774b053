"""The next page is read while one is written; errors and ends come where they would come without that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from threading import Event, current_thread, main_thread

import pytest
from django.utils import timezone

from sync.mirror import SourcePage
from sync.mirror.ahead import read_ahead

PATIENCE_S = 10


class Pages:
    """Numbered pages; `asked` is set when the one of that number is being read."""

    def __init__(self, count: int, breaks_at: int | None = None) -> None:
        self._count, self._breaks_at = count, breaks_at
        self.asked = [Event() for _ in range(count)]
        self.closed = False

    def __iter__(self) -> Iterator[SourcePage]:
        try:
            for number in range(self._count):
                assert current_thread() is not main_thread()
                self.asked[number].set()
                if number == self._breaks_at:
                    raise KeyError(number)
                marker = str(number + 1) if number + 1 < self._count else None
                yield SourcePage({}, marker, timezone.now())
        finally:
            self.closed = True

    def ahead(self, may_read: bool = True) -> Iterator[SourcePage]:
        return read_ahead(iter(self), may_read=lambda: may_read)


def markers(pages: Iterator[SourcePage]) -> list[str | None]:
    return [page.marker for page in pages]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_all_pages_come_in_their_order(count: int) -> None:
    expected: list[str | None] = [str(number) for number in range(1, count)]
    assert markers(Pages(count).ahead()) == expected + [None] * (count > 0)


def test_one_page_is_read_ahead_and_no_more() -> None:
    pages = Pages(4)
    with closing(pages.ahead()) as coming:  # type: ignore[type-var]
        next(coming)
        assert pages.asked[1].wait(PATIENCE_S)
        assert not pages.asked[2].is_set()


def test_an_error_comes_after_the_pages_before_it() -> None:
    coming = Pages(3, breaks_at=2).ahead()
    assert [next(coming).marker, next(coming).marker] == ["1", "2"]
    with pytest.raises(KeyError):
        next(coming)


def test_nothing_is_read_once_the_time_is_up() -> None:
    pages = Pages(3)
    assert markers(pages.ahead(may_read=False)) == ["1"]
    assert not pages.asked[1].is_set()
