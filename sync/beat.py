"""What the apps above do once a minute: each registers its own in `AppConfig.ready()`."""

from __future__ import annotations

import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)

_works: list[Callable[[], object]] = []


def register(work: Callable[[], object]) -> None:
    """`work` takes a second at most, and does the rest at the next tick."""
    _works.append(work)


def run() -> None:
    """One that fails doesn't keep the others from theirs."""
    for work in _works:
        try:
            work()
        except Exception:
            logger.exception("what is due once a minute broke off")
