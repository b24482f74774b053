"""Sources that store their own rows, with the mirror's book-keeping in them: they are too many for facets."""

from __future__ import annotations

from abc import abstractmethod

from sync.mirror.base import Source, SourcePage
from sync.mirror.store import Counts, RunVisit


class SelfStoringSource(Source):
    """Stores its pages by itself (`SourcePage.own`), and tombstones what it didn't see."""

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
