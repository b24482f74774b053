"""What the apps above say at /health/ of the console's condition, one word each: that it answers says not enough.

They register in `AppConfig.ready()`. Anybody can ask there, so nothing is told but the word.
"""

from __future__ import annotations

from collections.abc import Callable

_conditions: dict[str, Callable[[], str]] = {}


def register(name: str, word: Callable[[], str]) -> None:
    _conditions[name] = word


def words() -> dict[str, str]:
    return {name: word() for name, word in _conditions.items()}
