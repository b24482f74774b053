"""One process of `make test` compiles the tests, and the others wait for it and read what it compiled: a pytest plugin.

To rewrite the asserts of all tests takes longer than the rest of their collection, and all processes begin at once.
"""

from __future__ import annotations

import fcntl
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

LOCK = Path(__file__).resolve().parents[2] / "var" / "tests" / "collecting.lock"


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    if not hasattr(session.config, "workerinput"):  # pytest-xdist's controller, which imports no test
        return (yield)
    with after_the_first(LOCK):
        return (yield)


@contextmanager
def after_the_first(lock: Path) -> Iterator[None]:
    """The first of several processes goes alone, then all others together."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(turn, fcntl.LOCK_SH)
        yield
