"""Parameters of the query protocol as they are meant: "Tags.member.1.Key" is a list of tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def nested(params: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in params.items():
        *way, last = path.split(".")
        here = tree
        for name in way:
            found = here.setdefault(name, {})
            here = found if isinstance(found, dict) else here.setdefault(f"{name}.", {})
        here[last] = _plain(value)
    return {name: _listed(value) for name, value in tree.items()}


def _plain(value: Any) -> Any:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    members = value.get("member", value.get("entry"))
    if isinstance(members, dict) and len(value) == 1:
        return [_listed(members[number]) for number in sorted(members, key=_number)]
    return {name: _listed(inner) for name, inner in value.items()}


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
