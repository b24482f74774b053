"""What comes next is made while something else is done; errors and ends come where they would come without that."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from threading import Event, current_thread, main_thread

import pytest

from sync.pull_slice import read_ahead

PATIENCE_S = 10


class Numbers:
    """`asked` is set when the one of that number is being made."""

    def __init__(self, count: int, breaks_at: int | None = None) -> None:
        self._count, self._breaks_at = count, breaks_at
        self.asked = [Event() for _ in range(count)]
        self.closed = False

    def __iter__(self) -> Iterator[int]:
        for number in range(self._count):
            assert current_thread() is not main_thread()
            self.asked[number].set()
            if number == self._breaks_at:
                raise KeyError(number)
            yield number

    def read_ahead(self, most: int = 1) -> Generator[int]:
        return read_ahead(iter(self), most=most)


@pytest.mark.parametrize("most", [1, 2, 10])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_all_come_in_their_order(count: int, most: int) -> None:
    assert list(Numbers(count).read_ahead(most)) == list(range(count))


@pytest.mark.parametrize("most", [1, 3])
def test_so_many_are_made_ahead_and_no_more(most: int) -> None:
    numbers = Numbers(6)
    with closing(numbers.read_ahead(most)) as coming:
        next(coming)
        assert numbers.asked[most].wait(PATIENCE_S)
        assert not numbers.asked[most + 1].is_set()


def test_an_error_comes_after_what_was_before_it() -> None:
    coming = Numbers(3, breaks_at=2).read_ahead(most=5)
    assert [next(coming), next(coming)] == [0, 1]
    with pytest.raises(KeyError):
        next(coming)


def test_whoever_stops_early_waits_for_no_more_than_the_one_under_way() -> None:
    numbers = Numbers(10)
    with closing(numbers.read_ahead(most=3)) as coming:
        next(coming)
    assert not numbers.asked[9].is_set()
