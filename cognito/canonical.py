"""What Cognito says of a setting, in canonical form, so that the same in other words is no change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sync.aws.secrets import Secret
from sync.mirror import Content, Item
from sync.mirror.hashing import moment

# Lists whose order says something: of the rules of a role mapping the first that matches decides.
_IN_ORDER = frozenset({"Rules"})
_NOTHING: tuple[Any, ...] = (None, "", [], {})


def canonical(item: Mapping[str, Any], names: Iterable[str]) -> Content:
    """Members of these names, without what says nothing: AWS leaves out what is empty, or doesn't."""
    return {name: described for name in names if (described := _canonical_value(item.get(name), name)) not in _NOTHING}


def _canonical_value(value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        said = {key: _canonical_value(inner, key) for key, inner in value.items()}
        return {key: inner for key, inner in said.items() if inner not in _NOTHING}
    if isinstance(value, list):
        listed = [_canonical_value(inner) for inner in value]
        return listed if name in _IN_ORDER else sorted(listed, key=_order)
    if isinstance(value, datetime):
        found = moment(value)
        return found.isoformat() if found else None
    return value


def _order(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def without_secrets(item: Item, *names: str) -> Item:
    """The item without these members, and without what the door wrapped as a secret, however deep."""
    return {
        name: without_secrets(value) if isinstance(value, dict) else value
        for name, value in item.items()
        if name not in names and not isinstance(value, Secret)
    }
