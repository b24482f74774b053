"""Cuts the pages of a source into batches to store: merged, hashed and, in a first pull, parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.conf import settings

from sync.mirror.base import Item, Mirror, ParsedItem, Source, SourcePage, mirror_of
from sync.mirror.checked_answers import raising_malformed
from sync.mirror.hashing import fingerprint, plain, raw_hash


# ---- One object as one answer of AWS has it ------------------------------------------------------------------------
class ObservedItem:
    """An item with what identifies it. It is parsed once, when somebody asks for `seen`."""

    def __init__(self, mirror: Mirror, item: Item) -> None:
        self._mirror = mirror
        self.item = item
        self.object_id = mirror.object_id(item)
        self.raw_hash = raw_hash(item)

    @cached_property
    def seen(self) -> ParsedItem:
        return self._mirror.see(self.item)

    @cached_property
    def fingerprint(self) -> str:
        return fingerprint(self.seen.content)

    def look_into(self) -> None:
        """Parses the item now, while there is time for it."""
        self.fingerprint  # noqa: B018


# ---- Objects that AWS splits ---------------------------------------------------------------------------------------
# The last object of a page may continue on the next.
def merged(first: Item, more: Item) -> Item:
    """Both parts as one: lists end to end, each element once; of single values the later one that says something."""
    whole = dict(first)
    for key, value in more.items():
        before = whole.get(key)
        if isinstance(before, list) and isinstance(value, list):
            whole[key] = before + [part for part in value if part not in before]
        elif value is not None:
            whole[key] = value
    return whole


class Merger:
    """Holds back the last item of each kind until the next page has shown whether it goes on there."""

    def __init__(self, facet: str, held: Mapping[str, Item]) -> None:
        self._facet = facet
        self.held: dict[str, Item] = dict(held)

    def take(self, page: Mapping[str, Sequence[Item]], *, last: bool) -> dict[str, list[Item]]:
        """The items that are complete now, by kind; all of them on the last page."""
        complete: dict[str, list[Item]] = {}
        for kind in {*self.held, *page}:
            before = self.held.pop(kind, None)
            items = self._by_id(kind, ([before] if before else []) + list(page.get(kind, ())))
            if not last and page.get(kind):
                self.held[kind] = plain(items.pop())
            complete[kind] = items
        return complete

    def _by_id(self, kind: str, items: Sequence[Item]) -> list[Item]:
        mirror = mirror_of(kind, self._facet)
        whole: dict[str, Item] = {}
        for item in items:
            object_id = mirror.object_id(item)
            whole[object_id] = merged(whole[object_id], item) if object_id in whole else item
        return list(whole.values())


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
