"""The principals that a document names."""

from __future__ import annotations

from policies.engine.statements import PolicyDocument


def allowed_principals(document: PolicyDocument) -> list[tuple[str, str]]:
    """(type, value) of whom the Allow statements name, each once, in their order. NotPrincipal lets in anyone.

    Types are AWS, Service, Federated and CanonicalUser; "*" as a value means anyone.
    """
    found: dict[tuple[str, str], None] = {}
    for statement in document.statements:
        if statement.allows:
            anyone = [("AWS", "*")] if statement.has("NotPrincipal") else statement.principal_words
            found.update(dict.fromkeys(anyone))
    return list(found)
