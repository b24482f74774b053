"""Texts that others wrote, before a terminal or a language model gets them."""

from __future__ import annotations

from typing import Any

from iamconsole_client.generated.unseen import UNSEEN


def shown(text: str) -> str:
    """With each character that a reader doesn't see, or that turns the text around, as its number: `⟨U+202E⟩`."""
    return UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def shown_all(value: Any) -> Any:
    """The same in all texts of a JSON value, names of members too."""
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, list):
        return [shown_all(each) for each in value]
    if isinstance(value, dict):
        return {shown(str(name)): shown_all(each) for name, each in value.items()}
    return value
