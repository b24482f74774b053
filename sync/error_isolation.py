"""Error isolation: calls a function for each item, and an item that fails stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

log = logging.getLogger(__name__)


def for_each_isolated(items: Iterable[T], act: Callable[[T], object]) -> None:
    """Raises what went wrong last, after all had their turn. Outside any transaction."""
    failed: Exception | None = None
    for item in items:
        try:
            act(item)
        except Exception as error:
            log.exception("%s of %s broke off", act.__qualname__, item)
            failed = error
    if failed is not None:
        raise failed
