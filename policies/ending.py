"""A policy document that stops allowing by itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

_OPERATOR, _KEY = "DateLessThan", "aws:CurrentTime"  # IAM User Guide, "AWS global condition context keys"


def ends_itself(text: str, until: datetime) -> str:
    """The document with each of its Allow statements valid until then only; an earlier end that it has stays."""
    document: dict[str, Any] = json.loads(text)
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        if statement["Effect"] == "Allow":
            _end(statement, until)
    return json.dumps(document, indent=2, ensure_ascii=False)


def _end(statement: dict[str, Any], until: datetime) -> None:
    conditions = statement.setdefault("Condition", {})
    operator = next((name for name in conditions if name.casefold() == _OPERATOR.casefold()), _OPERATOR)
    keys = conditions.setdefault(operator, {})
    key = next((name for name in keys if name.casefold() == _KEY.casefold()), _KEY)
    there = keys.get(key, [])
    # Several values are alternatives: none of them may be later.
    ends = [_earlier(value, until) for value in (there if isinstance(there, list) else [there])]
    keys[key] = ends if len(ends) > 1 else ends[0] if ends else _said(until)


def _earlier(value: Any, until: datetime) -> Any:
    moment = _moment(str(value))
    return value if moment is not None and moment <= until else _said(until)


def _moment(said: str) -> datetime | None:
    """ISO 8601 or seconds since 1970, as AWS takes both; None for anything else."""
    try:
        moment = datetime.fromtimestamp(int(said), UTC) if said.isdecimal() else datetime.fromisoformat(said)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _said(until: datetime) -> str:
    return until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
