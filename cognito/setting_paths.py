"""Changes of settings by their paths: "Policies.PasswordPolicy" is a member of a member. None takes a member away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

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
