"""Sources whose rows have the book-keeping of the mirror in themselves: of what there is too much for facets."""

from __future__ import annotations

from abc import abstractmethod

from sync.mirror.base import Source, SourcePage
from sync.mirror.store import Counts, RunVisit


class SelfStoringSource(Source):
    """It stores its pages by itself (`SourcePage.own`), and takes for gone what it didn't see."""

    kinds = ()
    facet = "details"

    @abstractmethod
    def take(self, visit: RunVisit, page: SourcePage) -> Counts:
        """Stores a page, in the caller's transaction. Safe to repeat."""

    @abstractmethod
    def brake(self, visit: RunVisit) -> str:
        """How much the sweep would mark as gone where that is too much; "" when it may happen."""

    @abstractmethod
    def sweep(self, visit: RunVisit) -> None:
        """Tombstones what the run did not see, in transactions of its own. Safe to repeat."""
