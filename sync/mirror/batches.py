"""Cuts the pages of a source into batches to store: merged, hashed and, in a first pull, parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from sync.mirror.base import Item, Mirror, Source, SourcePage, mirror_of
from sync.mirror.malformed import raising_malformed
from sync.mirror.merge import Merger
from sync.mirror.observed_item import ObservedItem


@dataclass(frozen=True)
class Batch:
    """Objects of one kind, of an answer that was asked for at `at`; so many as one transaction takes."""

    mirror: Mirror
    observed_items: Sequence[ObservedItem]
    at: datetime


@dataclass(frozen=True)
class PageEnd:
    """All batches of the page have come. `held` waits for the next page, by kind."""

    page: SourcePage
    held: dict[str, Item]
    at: datetime


@dataclass
class Batches:
    """Of one source. Uses no database, so that it can run in a thread.

    `held` and `held_at`: what the page before held back, and when that one was asked for. What was held back is as old
    as its own page, and the others of the next page are treated likewise.
    """

    source: Source
    closely: bool  # looks into each object, which a first pull needs of all
    held: dict[str, Item] = field(default_factory=dict)
    held_at: datetime | None = None

    def of(self, pages: Iterator[SourcePage], *, may_read: Callable[[], bool]) -> Iterator[Batch | PageEnd]:
        """Page by page, until there is none or it may read no more. Raises MalformedAnswerError."""
        merger, held_at = Merger(self.source.facet, self.held), self.held_at
        for page in pages:
            at = min(page.requested_at, held_at) if held_at else page.requested_at
            with raising_malformed():
                complete = merger.take(page.items, last=page.marker is None)
            for kind in self.source.kinds:
                yield from self._cut(mirror_of(kind, self.source.facet), complete.get(kind, ()), at)
            held_at = page.requested_at if merger.held else None
            yield PageEnd(page, dict(merger.held), at)
            if page.marker is not None and not may_read():
                return

    def _cut(self, mirror: Mirror, items: Sequence[Item], at: datetime) -> Iterator[Batch]:
        for begin in range(0, len(items), settings.PULL_BATCH):
            with raising_malformed():
                observed_items = [self._observe(mirror, item) for item in items[begin : begin + settings.PULL_BATCH]]
            yield Batch(mirror, observed_items, at)

    def _observe(self, mirror: Mirror, item: Item) -> ObservedItem:
        observed = ObservedItem(mirror, item)
        if self.closely:
            observed.look_into()
        return observed
