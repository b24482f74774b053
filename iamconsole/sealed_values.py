"""What the database holds sealed under SEAL_KEYS, so that it can be counted by key and sealed again under the newest.

An app that keeps sealed texts registers them in `AppConfig.ready()`: what isn't registered would be lost with an older
key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class SealedValues:
    """One kind of them."""

    kind: str  # for people: "second factors"
    names_of_keys: Callable[[], Iterable[str]]  # of each value, the key that it is sealed under
    # Seals a batch again, in a transaction of its own, and yields how many that were; what can't be opened it leaves.
    # Stopped anywhere, and begun again, it goes on with what is left.
    reseal: Callable[[], Iterator[int]]


_registered: list[SealedValues] = []


def register_sealed(values: SealedValues) -> None:
    _registered.append(values)


def kinds_of_sealed() -> list[SealedValues]:
    return list(_registered)
