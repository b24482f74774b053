"""The canonical form of a policy document: one for all ways to write it; for comparing, not for showing.

Rules from the IAM User Guide, "IAM JSON policy elements reference": one-or-many values are sets; action names and
condition keys don't know case; a missing Version means 2008-10-17; an AWS account as a principal may be given by its
id or by the ARN of its root.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from aws_constraints.arn import Arn

DEFAULT_VERSION = "2008-10-17"
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)
_PLAIN = re.compile(r"[ !#-\[\]-~]*")  # no quote, no backslash, nothing that JSON escapes


def canonical(document: Any) -> Any:
    """`document` (what JSON can hold, at most some hundred levels deep) in its one form. Never raises.

    What isn't as IAM has it stays as it is, so that it equals only itself.
    """
    if not isinstance(document, dict):
        return document
    form = {name: value for name, value in document.items() if name != "Statement"}
    form.setdefault("Version", DEFAULT_VERSION)
    if "Statement" in document:
        form["Statement"] = _sorted_set(_statement(item) for item in _many(document["Statement"]))
    return form


def canonical_text(document: dict[str, Any]) -> str:
    """`canonical(document)` as `compact` JSON; made of the texts by which statements are sorted anyway."""
    members = {name: compact(value) for name, value in document.items() if name != "Statement"}
    members.setdefault("Version", f'"{DEFAULT_VERSION}"')
    if "Statement" in document:
        statements = {compact(_statement(item)) for item in _many(document["Statement"])}
        members["Statement"] = f"[{','.join(sorted(statements))}]"
    return "{" + ",".join(f"{compact(name)}:{members[name]}" for name in sorted(members)) + "}"


def compact(value: Any) -> str:
    """As JSON, names sorted, without white space."""
    return _ENCODER.encode(value)


def _statement(statement: Any) -> Any:
    if not isinstance(statement, dict):
        return statement
    return {name: _element(name, value) for name, value in statement.items()}


def _element(name: str, value: Any) -> Any:
    if name in ("Action", "NotAction"):
        return _sorted_set(item.lower() if isinstance(item, str) else item for item in _many(value))
    if name in ("Resource", "NotResource"):
        return _sorted_set(_many(value))
    if name in ("Principal", "NotPrincipal") and isinstance(value, dict):
        return {kind: _sorted_set(account_of_root(item) for item in _many(items)) for kind, items in value.items()}
    if name == "Condition" and isinstance(value, dict):
        return {operator: _condition(block) for operator, block in value.items()}
    return value


def account_of_root(value: Any) -> Any:
    """The id of an AWS account that is given by the ARN of its root; what else it is, as it is."""
    root = Arn.match(value, "iam", "root") if isinstance(value, str) else None
    return root.account if root else value


def _condition(block: Any) -> Any:
    if not isinstance(block, dict):
        return block
    values = {key: _sorted_set(_word(item) for item in _many(items)) for key, items in block.items()}
    lowered = {key.lower(): items for key, items in values.items()}
    return lowered if len(lowered) == len(values) else values


def _word(value: Any) -> Any:
    """Condition values are text to IAM: `true` and `"true"`, `5` and `"5"` are the same."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _sorted_set(values: Iterable[Any]) -> list[Any]:
    values = list(values)
    if len(values) < 2:
        return values
    by_text = {_sort_key(value): value for value in values}
    return [by_text[text] for text in sorted(by_text)]


def _sort_key(value: Any) -> str:
    """As JSON; for most texts that is to be had without the encoder."""
    return f'"{value}"' if isinstance(value, str) and _PLAIN.fullmatch(value) else compact(value)
