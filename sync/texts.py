"""Texts that come from outside, as every database takes them."""

from __future__ import annotations

from typing import Any


def storable(text: str) -> str:
    """PostgreSQL takes neither NUL nor half a surrogate pair. AWS has none; an answer that isn't AWS's may."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def storable_json(said: Any) -> Any:
    """The same in all texts of what JSON can say: an escape in a document stands for a NUL, too."""
    if isinstance(said, str):
        return storable(said)
    if isinstance(said, dict):
        return {storable_json(key): storable_json(value) for key, value in said.items()}
    if isinstance(said, list):
        return [storable_json(each) for each in said]
    if isinstance(said, tuple):
        return tuple(map(storable_json, said))
    return said
