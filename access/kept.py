"""What is kept between requests of the policies of principals, of all AWS accounts together no more than is set."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any, Protocol

from django.conf import settings


class Sized(Protocol):
    @property
    def size(self) -> int:
        """In principals."""


class KeptIndexes:
    """`most`: principals, some 8 kB each. What was asked for longest ago makes room; what is too large for all of it
    isn't kept. Threads may share it."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: OrderedDict[tuple[str, int], Sized] = OrderedDict()  # by kind and AWS account
        self._lock = Lock()

    def get(self, key: tuple[str, int]) -> Any:
        """None where there is none."""
        with self._lock:
            return self._kept.get(key)

    def put(self, key: tuple[str, int], value: Sized) -> None:
        with self._lock:
            self._kept.pop(key, None)
            if value.size > self.most:
                return
            self._kept[key] = value
            self._make_room()

    def make_room(self) -> None:
        """Some may have grown since."""
        with self._lock:
            self._make_room()

    @property
    def kept(self) -> int:
        """Principals."""
        with self._lock:
            return self._size()

    def _size(self) -> int:
        return sum(each.size for each in self._kept.values())

    def _make_room(self) -> None:
        for key in [key for key, each in self._kept.items() if each.size > self.most]:
            del self._kept[key]
        while self._size() > self.most:
            self._kept.popitem(last=False)

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()


KEPT = KeptIndexes(settings.ACCESS_INDEX_PRINCIPALS)
