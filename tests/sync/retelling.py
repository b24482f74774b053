"""The same thing, told otherwise: what AWS may do to an item without anything having changed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any, TypeVar

Item = dict[str, Any]
T = TypeVar("T")

# Members that say how much or how lately something was used: columns, not revisions.
VOLATILE_TIMES = frozenset({"PasswordLastUsed", "LastUsedDate", "UpdateDate", "LastAuthenticated"})
VOLATILE_COUNTS = frozenset({"AttachmentCount", "PermissionsBoundaryUsageCount"})
# Members that the console itself puts together from several answers: they are always there.
_OURS = frozenset({"Credentials", "Keys", "ServicesLastAccessed", "AccountAliases", "PolicyVersionList"})
_BEGAN = datetime(2024, 1, 1, tzinfo=UTC)


def reworded(item: Item, chance: Random) -> Item:
    """The item with members and lists in another order, times in another zone, volatile values anew, a new member."""
    described: Item = _describe(item, chance)
    # What AWS has none of, it leaves out, or gives as an empty list.
    described = {
        name: value for name, value in described.items() if value != [] or name in _OURS or chance.random() < 0.5
    }
    if chance.random() < 0.5:
        described["MemberOfANewerAws"] = {"Of": ["what", "nobody", "knows"]}
    return described


def shuffled(values: Iterable[T], chance: Random) -> list[T]:
    found = list(values)
    chance.shuffle(found)
    return found


def in_parts(item: Item, chance: Random) -> list[Item]:
    """The item as it comes when the ends of pages cut it: each part has some of each list, and all else."""
    number = chance.randint(1, 3)
    parts = [dict(item) for _ in range(number)]
    for name, value in item.items():
        if isinstance(value, list):
            cuts = [0, *sorted(chance.randint(0, len(value)) for _ in range(number - 1)), len(value)]
            for place, part in enumerate(parts):
                part[name] = value[cuts[place] : cuts[place + 1]]
    return parts


def _describe(value: Any, chance: Random, name: str = "") -> Any:
    if name in VOLATILE_TIMES:
        return _BEGAN + timedelta(seconds=chance.randint(0, 10**8))
    if name in VOLATILE_COUNTS:
        return chance.randint(1, 50)
    if isinstance(value, dict):
        return {key: _describe(inner, chance, key) for key, inner in shuffled(value.items(), chance)}
    if isinstance(value, list):
        return [_describe(inner, chance) for inner in shuffled(value, chance)]
    if isinstance(value, datetime):
        return chance.choice([value, value.astimezone(timezone(timedelta(hours=2))), value.isoformat()])
    return rewritten(value, chance) if isinstance(value, str) and '"Statement"' in value else value


def rewritten(text: str, chance: Random) -> str:
    """A policy document that means the same: scalars for lists, other orders, spaces and cases."""
    document = json.loads(text)
    if "Statement" in document:
        statements = [_statement(each, chance) for each in _many(document["Statement"])]
        document["Statement"] = _one_or_many(statements, chance)
    spaces: dict[str, Any] = chance.choice([{}, {"indent": 2}, {"separators": (",", ":")}])
    return json.dumps(dict(shuffled(document.items(), chance)), **spaces)


def _statement(statement: dict[str, Any], chance: Random) -> dict[str, Any]:
    return {name: _element(name, value, chance) for name, value in shuffled(statement.items(), chance)}


def _element(name: str, value: Any, chance: Random) -> Any:
    if name in ("Action", "NotAction"):
        spelled = chance.choice([lambda action: action, str.lower, str.upper])
        return _one_or_many([spelled(action) for action in _many(value)], chance)
    if name in ("Resource", "NotResource"):
        return _one_or_many(_many(value), chance)
    if name in ("Principal", "NotPrincipal") and isinstance(value, dict):
        return {kind: _one_or_many(_many(whom), chance) for kind, whom in shuffled(value.items(), chance)}
    if name == "Condition":
        return {
            operator: {key: _one_or_many(_many(values), chance) for key, values in shuffled(block.items(), chance)}
            for operator, block in shuffled(value.items(), chance)
        }
    return value


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _one_or_many(values: list[Any], chance: Random) -> Any:
    return values[0] if len(values) == 1 and chance.random() < 0.5 else shuffled(values, chance)
