"""One form for all ways to write the same policy document; for comparing, not for showing.

Rules from the IAM User Guide, "IAM JSON policy elements reference": one-or-many values are sets; action names and
condition keys don't know case; a missing Version means 2008-10-17; an AWS account as a principal may be given by its
id or by the ARN of its root.
"""

from __future__ import annotations

import json
import re
from typing import Any

DEFAULT_VERSION = "2008-10-17"
_ROOT_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):root", re.ASCII)


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


def compact(value: Any) -> str:
    """As JSON, names sorted, without white space."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


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
        return {kind: _sorted_set(_principal(item) for item in _many(items)) for kind, items in value.items()}
    if name == "Condition" and isinstance(value, dict):
        return {operator: _condition(block) for operator, block in value.items()}
    return value


def _principal(value: Any) -> Any:
    if isinstance(value, str) and (root := _ROOT_ARN.fullmatch(value)):
        return root[1]
    return value


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


def _sorted_set(values: Any) -> list[Any]:
    by_text = {compact(value): value for value in values}
    return [by_text[text] for text in sorted(by_text)]
