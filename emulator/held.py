"""What a service of ours keeps, by AWS account and Region."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Backend = TypeVar("Backend")


class Regions(dict[str, Backend], Generic[Backend]):
    def __init__(self, account_id: str, make: Callable[[str, str], Backend]) -> None:
        super().__init__()
        self._account_id = account_id
        self._make = make

    def __missing__(self, region: str) -> Backend:
        self[region] = self._make(self._account_id, region)
        return self[region]


class Held(dict[str, Regions[Backend]], Generic[Backend]):
    """`held[account_id][region]` is made when it is first asked for."""

    def __init__(self, make: Callable[[str, str], Backend]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, account_id: str) -> Regions[Backend]:
        self[account_id] = Regions(account_id, self._make)
        return self[account_id]

    def everywhere(self) -> Iterator[Backend]:
        for regions in list(self.values()):
            yield from list(regions.values())
