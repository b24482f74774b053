"""An observed item: one object as one answer of AWS has it."""

from __future__ import annotations

from functools import cached_property

from sync.mirror.base import Item, Mirror, ParsedItem
from sync.mirror.hashing import fingerprint, raw_hash


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
