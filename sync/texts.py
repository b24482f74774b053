"""Texts that come from outside, as every database takes them."""

from __future__ import annotations


def storable(text: str) -> str:
    """PostgreSQL takes neither NUL nor half a surrogate pair. AWS has none; an answer that isn't AWS's may."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
