"""Work of the apps above that runs once a minute: each registers its own in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

_works: list[Callable[[], object]] = []


def register(work: Callable[[], object]) -> None:
    """`work` takes a second at most, and does the rest at the next tick."""
    _works.append(work)


def works() -> Sequence[Callable[[], object]]:
    return tuple(_works)
