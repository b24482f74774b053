"""Settings as AWS describes them: in canonical form, and changed by their paths."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from sync.aws.secrets import Secret
from sync.mirror import Content, Item
from sync.mirror.hashing import moment

# ---- What Cognito says of a setting, in canonical form, so that the same in other words is no change ---------------
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
    """The item without these members, and without what the client wrapped as a secret, however deep."""
    return {
        name: without_secrets(value) if isinstance(value, dict) else value
        for name, value in item.items()
        if name not in names and not isinstance(value, Secret)
    }


# ---------------------------------------------------------------------------------------------------------------------
# Changes of settings by their paths: "Policies.PasswordPolicy" is a member of a member. None takes a member away.
Settings = dict[str, Any]


def merged(settings: Mapping[str, Any], changes: Mapping[str, Any]) -> Settings:
    """The settings with these changes; what is empty after that is left out, as AWS has it."""
    new = deepcopy(dict(settings))
    for path, value in changes.items():
        *parents, name = path.split(".")
        within = new
        for parent in parents:
            within = within.setdefault(parent, {})
        if value is None:
            within.pop(name, None)
        else:
            within[name] = deepcopy(value)
    return new


def at(settings: Mapping[str, Any], path: str) -> Any:
    """What is there; None where nothing is."""
    found: Any = settings
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return deepcopy(found)


def undone(settings: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes that put back what `settings` had where `changes` wrote."""
    return {path: at(settings, path) for path in changes}


def different(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """The members that differ."""
    return (name for name in sorted({*before, *after}) if before.get(name) != after.get(name))
