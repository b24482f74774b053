"""Differences as a change keeps them: short enough to store and show, and sealed, so that none is taken for another.

An item is `{actions, more, on, plain, lines, seal}`: the first of its action patterns and how many more there are, its
resources, whether nothing else limits it, what stands beside its actions in words, and a hash of all of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from policies.engine.canonical import compact
from policies.engine.diff.item_lines import lines
from policies.engine.matching import Glob, tokens

Item = dict[str, Any]
EVERYTHING: Mapping[str, Any] = {"actions": ["*"], "resources": ["*"], "conditions": {}}

_MOST_ITEMS, _MOST_ACTIONS, _MOST_RESOURCES, _MOST_LINES, _LONGEST_LINE = 12, 12, 12, 4, 300
_SIMPLE = {"actions", "resources", "conditions"}


def seal(value: Any) -> str:
    return hashlib.sha256(compact(value).encode()).hexdigest()[:16]


def kept_items(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`{items, more, seal}`: the first of them, how many more there are, and a hash of all."""
    items = [_item(each) for each in found[:_MOST_ITEMS]]
    return {"items": items, "more": max(0, len(found) - _MOST_ITEMS), "seal": seal(list(found))}


def _item(whole: Mapping[str, Any]) -> Item:
    actions, resources = whole["actions"], whole.get("resources", [])
    shortened = [line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…" for line in lines(whole)]
    more_lines = len(shortened) - _MOST_LINES
    return {
        "actions": actions[:_MOST_ACTIONS],
        "more": max(0, len(actions) - _MOST_ACTIONS),
        "on": resources if len(resources) <= _MOST_RESOURCES else [],
        "plain": set(whole) <= _SIMPLE and not whole["conditions"],
        "lines": [*shortened[:_MOST_LINES], *([f"and {more_lines} more such limits"] if more_lines > 0 else [])],
        "seal": seal(dict(whole)),
    }


def covers(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether all of `now` was in `before`, both as kept: it is the same, or plainly within."""
    if before["seal"] == now["seal"]:
        return True
    if any(_is_everything(each) for each in before["items"]):
        return True
    return not now["more"] and all(any(_covers(mine, its) for mine in before["items"]) for its in now["items"])


def _is_everything(item: Item) -> bool:
    return bool(item["plain"]) and "*" in item["actions"] and "*" in item["on"]


def _covers(mine: Item, its: Item) -> bool:
    if mine["seal"] == its["seal"]:
        return True
    if not mine["plain"] or its["more"] or not its["on"]:
        return False
    actions = all(any(_within(one, other) for other in mine["actions"]) for one in its["actions"])
    return actions and all(one in mine["on"] or "*" in mine["on"] for one in its["on"])


def _within(one: str, other: str) -> bool:
    """Whether one action pattern is plainly within another."""
    same = one.lower() == other.lower()
    return same or ("?" not in other and Glob(tokens(other.lower())).matches(one.lower()))
