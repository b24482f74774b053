"""Which type a document is most likely of, by what it says: a guess, for somebody who pastes one.

From the IAM User Guide, "Policies and permissions in AWS IAM", and the Organizations User Guide, "SCP syntax", "RCP
syntax": what each type must and may not have.
"""

from __future__ import annotations

from dataclasses import dataclass

from policies.engine.statements import PolicyDocument, Statement, document_in
from policies.engine.structure import DocumentType

_ASSUMING = "sts:"


@dataclass(frozen=True)
class LikelyType:
    """`why`: a sentence."""

    kind: DocumentType
    why: str


def likely_type(text: str) -> LikelyType | None:
    """Takes any text. None where it has no statements to judge by."""
    document = document_in(text)
    if not document.statements:
        return None
    return _with_principals(document) if document.names_principals else _without_principals(document)


def _with_principals(document: PolicyDocument) -> LikelyType:
    statements = document.statements
    if not any(each.has("Resource") or each.has("NotResource") for each in statements) and all(
        word.lower().startswith(_ASSUMING) for each in statements for word in each.action_words
    ):
        return LikelyType(DocumentType.TRUST, "It names principals and no resources, and is about actions of STS only.")
    to_everybody = all(each.principal_words == (("AWS", "*"),) for each in statements)
    if to_everybody and all(each.denies or _allows_everything(each) for each in statements):
        return LikelyType(DocumentType.RCP, "It speaks to everybody and only denies, as resource control policies do.")
    return LikelyType(DocumentType.RESOURCE, "It names principals and resources, as policies of resources do.")


def _without_principals(document: PolicyDocument) -> LikelyType:
    if all(each.denies for each in document.statements):
        why = "It names no principals and only denies, as most service control policies do."
        return LikelyType(DocumentType.SCP, why)
    why = "It names no principals. Permissions boundaries and service control policies look the same."
    return LikelyType(DocumentType.IDENTITY, why)


def _allows_everything(statement: Statement) -> bool:
    """As RCPFullAWSAccess does."""
    return statement.allows and statement.action_words == statement.resource_words == ("*",)
