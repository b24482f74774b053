"""Merges objects that AWS splits over two pages: the last object of a page may continue on the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sync.mirror.base import Item, mirror_of
from sync.mirror.hashing import plain


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
