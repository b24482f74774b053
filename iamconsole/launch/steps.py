"""One line for each step, with its time. Imports the standard library only: it runs before anything is installed."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


@contextmanager
def step(title: str) -> Iterator[None]:
    """Prints `title` and how long it took; a failure ends the program with the title beside it."""
    started = time.monotonic()
    try:
        yield
    except BaseException:
        say(f"  ✗ {title}")
        raise
    say(f"  ✓ {title:<58} {time.monotonic() - started:6.1f} s")


def stop(sentence: str) -> None:
    """Ends the program with a sentence for whoever started it."""
    sys.exit(f"\n{sentence}\n")
