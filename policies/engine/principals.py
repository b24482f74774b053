"""Whom a document names."""

from __future__ import annotations

from typing import Any


def allowed_principals(document: dict[str, Any]) -> list[tuple[str, str]]:
    """(type, value) of whom the Allow statements name, each once, in their order. NotPrincipal lets in anyone.

    Types are AWS, Service, Federated and CanonicalUser; "*" as a value means anyone. Takes any document.
    """
    found: dict[tuple[str, str], None] = {}
    statements = document.get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        if not isinstance(statement, dict) or statement.get("Effect") != "Allow":
            continue
        principal = {"AWS": "*"} if "NotPrincipal" in statement else statement.get("Principal", {})
        if principal == "*":
            principal = {"AWS": "*"}
        for kind, values in principal.items() if isinstance(principal, dict) else ():
            for value in values if isinstance(values, list) else [values]:
                found[kind, str(value)] = None
    return list(found)
