"""What a cut makes of the text of a document. None: it isn't to be had by an edit of this document."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from policies.engine.document import load
from policies.engine.json_edits import with_statement

Statement = dict[str, Any]


def with_denial(text: str, action: str, resources: Sequence[str]) -> str | None:
    """One more statement, which denies the action on the resources."""
    on = list(resources) if len(resources) > 1 else resources[0]
    return with_statement(text, {"Effect": "Deny", "Action": action, "Resource": on})


def without_action(text: str, action: str) -> str | None:
    """Where the action itself is allowed, it is so no more. A statement that allows nothing else goes."""
    return _edited(text, lambda statements: [kept for each in statements if (kept := _without(each, "Action", action))])


def without_principal(text: str, arn: str) -> str | None:
    """Of a trust policy: without the user or role where it is named among those whom a statement lets in."""

    def take(statements: list[Statement]) -> list[Statement]:
        return [kept for each in statements if (kept := _without_principal(each, arn))]

    return _edited(text, take)


def _without_principal(statement: Statement, arn: str) -> Statement | None:
    principals = statement.get("Principal")
    if statement.get("Effect") != "Allow" or not isinstance(principals, dict) or "AWS" not in principals:
        return statement
    aws = _without({"Effect": "Allow", "AWS": principals["AWS"]}, "AWS", arn)
    others = {kind: values for kind, values in principals.items() if kind != "AWS"}
    left = {**others, **({"AWS": aws["AWS"]} if aws else {})}
    return {**statement, "Principal": left} if left else None


def _without(statement: Statement, element: str, value: str) -> Statement | None:
    """Without the value (case counts only in ARNs) among those of an element; None where it was the only one."""
    if statement.get("Effect") != "Allow" or element not in statement:
        return statement
    values = statement[element]
    listed = values if isinstance(values, list) else [values]
    same = value.lower() if element == "Action" else value
    kept = [each for each in listed if (str(each).lower() if element == "Action" else each) != same]
    if len(kept) == len(listed):
        return statement
    return {**statement, element: kept if isinstance(values, list) else kept[0]} if kept else None


def _edited(text: str, edit: Callable[[list[Statement]], list[Statement]]) -> str | None:
    """Other elements stay, and so does their order. None where nothing is left of it, or it can't be read."""
    document = load(text)
    statements = document.get("Statement") if document else None
    if document is None or statements is None:
        return None
    listed = statements if isinstance(statements, list) else [statements]
    if not all(isinstance(each, dict) for each in listed):
        return None
    edited = edit(listed)
    if not edited or edited == listed:
        return None
    return json.dumps({**document, "Statement": edited}, indent=2, ensure_ascii=False)
