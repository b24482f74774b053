"""The two hashes of an item: of all that AWS said, and of what it means."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sync.mirror.base import Content, Item


def reference(text: str, canonical: str) -> dict[str, str]:
    """How content refers to a policy document, by the hashes of its text and of its canonical form.

    Only the second counts: a document that is merely written differently makes no revision.
    """
    return {"text": text, "canonical": canonical}


def raw_hash(item: Item) -> str:
    """The hash of the raw item: equal hashes mean that nothing has to be stored."""
    return _sha256(_ITEM.encode(item))


def fingerprint(content: Content) -> str:
    return _sha256(_CONTENT.encode(_meaning(content)))


def plain(item: Item) -> Item:
    """The item as JSON can hold it, with the same raw hash."""
    held: Item = json.loads(json.dumps(item, default=_plain))
    return held


def moment(value: datetime | str | None) -> datetime | None:
    """A time of an item, plain or not; in UTC, whatever zone it was told in."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    if found is None or found.tzinfo is UTC:
        return found
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _meaning(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"text", "canonical"}:
            return value["canonical"]
        return {key: inner if isinstance(inner, str) else _meaning(inner) for key, inner in value.items()}
    return [_meaning(inner) for inner in value] if isinstance(value, list) else value


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"AWS gave a {type(value).__name__}, which no item holds.")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


_ITEM = json.JSONEncoder(sort_keys=True, default=_plain)
_CONTENT = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
