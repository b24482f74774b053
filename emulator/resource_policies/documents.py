"""What services refuse of a policy that is put on a resource, whatever else they know of it."""

from __future__ import annotations

import json
from typing import Any


def statements_of(text: str | bytes) -> list[dict[str, Any]]:
    """Raises ValueError for what is no policy document."""
    document = json.loads(text)
    if not isinstance(document, dict) or "Statement" not in document:
        raise ValueError("There is no Statement.")
    statements = document["Statement"]
    found = statements if isinstance(statements, list) else [statements]
    if not all(isinstance(each, dict) and each.get("Effect") in ("Allow", "Deny") for each in found):
        raise ValueError("A statement has no Effect.")
    return found


def is_open_to_all(text: str | bytes) -> bool:
    """Whether a statement lets everybody in without any condition: so much of "public" is beyond doubt."""
    return any(
        each["Effect"] == "Allow" and not each.get("Condition") and each.get("Principal") in _EVERYBODY
        for each in statements_of(text)
    )


_EVERYBODY: tuple[Any, ...] = ("*", {"AWS": "*"}, {"AWS": ["*"]})
