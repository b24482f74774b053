"""Texts that a program sends and that databases can keep."""

from __future__ import annotations

import re
from typing import Any

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def check_texts(value: Any) -> None:
    """Looks at each text of what was read from JSON, names of members too. Raises ValueError, RecursionError."""
    if isinstance(value, str):
        if "\x00" in value or _LONE_SURROGATE.search(value):
            raise ValueError("a text has a character that can’t be kept: U+0000, or half of a surrogate pair")
    elif isinstance(value, dict):
        for name, each in value.items():
            check_texts(name)
            check_texts(each)
    elif isinstance(value, list):
        for each in value:
            check_texts(each)
