"""What IAM refuses of a policy document by its structure alone: wrong, missing and misplaced elements.

From the IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM JSON policy elements reference". What is
allowed but unwise is for lint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from policies.engine.json_text import Json, Path


class DocumentType(StrEnum):
    """What a document is for decides which elements it must and may have."""

    IDENTITY = "identity"
    BOUNDARY = "boundary"
    TRUST = "trust"
    RESOURCE = "resource"
    SCP = "scp"
    RCP = "rcp"

    @property
    def names_principals(self) -> bool:
        return self in (DocumentType.TRUST, DocumentType.RESOURCE, DocumentType.RCP)

    @property
    def names_resources(self) -> bool:
        return self is not DocumentType.TRUST

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def is_kept_by_iam(self) -> bool:
        return self in (DocumentType.IDENTITY, DocumentType.BOUNDARY, DocumentType.TRUST)


_LABELS = {
    DocumentType.IDENTITY: "Identity-based policy",
    DocumentType.BOUNDARY: "Permissions boundary",
    DocumentType.TRUST: "Trust policy",
    DocumentType.RESOURCE: "Resource-based policy",
    DocumentType.SCP: "Service control policy",
    DocumentType.RCP: "Resource control policy",
}
NOT_AN_OBJECT = "A policy document is a JSON object, written between { and }."
VERSIONS = ("2012-10-17", "2008-10-17")
_TOP = ("Version", "Id", "Statement")
_PAIRS = ("Action", "Resource", "Principal")  # each has its Not… form
_ELEMENTS = ("Sid", "Effect", "Condition", *_PAIRS, *(f"Not{name}" for name in _PAIRS))
_SID = re.compile("[0-9A-Za-z]*")


@dataclass(frozen=True)
class StructureProblem:
    """`at_name`: the place is the name of the element, not its value. Codes are those of lint, see docs/findings.md."""

    code: str
    message: str
    path: Path
    at_name: bool = False


def complaints(document: Json, kind: DocumentType) -> Iterator[StructureProblem]:
    if not isinstance(document, dict):
        yield StructureProblem("DATA_TYPE_MISMATCH", NOT_AN_OBJECT, ())
        return
    yield from _unknown(document, _TOP, (), "a policy document")
    version = document.get("Version")
    if "Version" in document and version not in VERSIONS:
        yield StructureProblem("INVALID_VERSION", f'Version must be "{VERSIONS[0]}" or "{VERSIONS[1]}".', ("Version",))
    if "Id" in document and not isinstance(document["Id"], str):
        yield StructureProblem("DATA_TYPE_MISMATCH", "Id must be a text.", ("Id",))
    if "Statement" not in document:
        yield StructureProblem("MISSING_STATEMENT", "The element Statement is missing.", ())
        return
    yield from _statements(document["Statement"], kind)


def _statements(statements: Json, kind: DocumentType) -> Iterator[StructureProblem]:
    if isinstance(statements, dict):
        yield from _statement(statements, ("Statement",), kind)
        return
    if not isinstance(statements, list):
        yield StructureProblem(
            "DATA_TYPE_MISMATCH", "Statement must be an object or a list of objects.", ("Statement",)
        )
        return
    sids: set[str] = set()
    for index, statement in enumerate(statements):
        path: Path = ("Statement", index)
        if not isinstance(statement, dict):
            yield StructureProblem(
                "DATA_TYPE_MISMATCH", "A statement must be an object, written between { and }.", path
            )
            continue
        yield from _statement(statement, path, kind)
        sid = statement.get("Sid")
        if isinstance(sid, str) and sid in sids:
            code = "UNIQUE_SIDS_REQUIRED" if kind.is_kept_by_iam else "UNIQUE_SIDS_RECOMMENDED"
            yield StructureProblem(code, f"The Sid {sid} is used twice in this document.", (*path, "Sid"))
        sids.add(sid if isinstance(sid, str) else "")


def _statement(statement: dict[str, Any], path: Path, kind: DocumentType) -> Iterator[StructureProblem]:
    yield from _unknown(statement, _ELEMENTS, path, "a statement")
    if "Effect" not in statement:
        yield StructureProblem("MISSING_EFFECT", "The element Effect is missing.", path)
    elif statement["Effect"] not in ("Allow", "Deny"):
        yield StructureProblem("INVALID_EFFECT", 'Effect must be "Allow" or "Deny".', (*path, "Effect"))
    yield from _sid(statement, path, kind)
    yield from _one_of("Action", statement, path, required=True)
    yield from _one_of("Resource", statement, path, required=kind.names_resources)
    yield from _one_of("Principal", statement, path, required=kind.names_principals)
    yield from _misplaced(statement, path, kind)
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        if name in statement and not _is_text_or_texts(statement[name]):
            yield StructureProblem("DATA_TYPE_MISMATCH", f"{name} must be a text or a list of texts.", (*path, name))
    yield from _principals(statement, path)
    if "Condition" in statement:
        yield from _condition(statement["Condition"], (*path, "Condition"))


def _unknown(found: dict[str, Any], known: tuple[str, ...], path: Path, where: str) -> Iterator[StructureProblem]:
    for name in found:
        if name in known:
            continue
        meant = next((candidate for candidate in known if candidate.lower() == name.lower()), None)
        hint = f" Did you mean {meant}?" if meant else f" It may have {', '.join(known)}."
        yield StructureProblem(
            "INVALID_POLICY_ELEMENT", f"{name} is no element of {where}.{hint}", (*path, name), at_name=True
        )


def _sid(statement: dict[str, Any], path: Path, kind: DocumentType) -> Iterator[StructureProblem]:
    sid = statement.get("Sid", "")
    if not isinstance(sid, str):
        yield StructureProblem("DATA_TYPE_MISMATCH", "Sid must be a text.", (*path, "Sid"))
    elif kind.is_kept_by_iam and not _SID.fullmatch(sid):
        yield StructureProblem(
            "UNSUPPORTED_SID", "In IAM a Sid has letters A–Z and a–z and digits only.", (*path, "Sid")
        )


def _one_of(name: str, statement: dict[str, Any], path: Path, *, required: bool) -> Iterator[StructureProblem]:
    opposite = f"Not{name}"
    if name in statement and opposite in statement:
        message = f"A statement has {name} or {opposite}, not both."
        yield StructureProblem("UNSUPPORTED_ELEMENT_COMBINATION", message, (*path, opposite), at_name=True)
    elif required and name not in statement and opposite not in statement:
        yield StructureProblem(f"MISSING_{name.upper()}", f"The element {name} (or {opposite}) is missing.", path)


def _misplaced(statement: dict[str, Any], path: Path, kind: DocumentType) -> Iterator[StructureProblem]:
    prohibited = []
    if not kind.names_resources:
        prohibited += ["Resource", "NotResource"]
    if not kind.names_principals:
        prohibited += ["Principal", "NotPrincipal"]
    for name in prohibited:
        if name in statement:
            message = f"{name} can't be used in {_ARTICLE[kind]} policy."
            yield StructureProblem(_MISPLACED.get(kind, "UNSUPPORTED_PRINCIPAL"), message, (*path, name), at_name=True)


_MISPLACED = {
    DocumentType.TRUST: "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE",
    DocumentType.SCP: "SCP_SYNTAX_ERROR_PRINCIPAL",
}
_ARTICLE = {
    DocumentType.IDENTITY: "an identity-based",
    DocumentType.BOUNDARY: "a permissions boundary",
    DocumentType.TRUST: "a trust",
    DocumentType.RESOURCE: "a resource-based",
    DocumentType.SCP: "a service control",
    DocumentType.RCP: "a resource control",
}


def _principals(statement: dict[str, Any], path: Path) -> Iterator[StructureProblem]:
    for name in ("Principal", "NotPrincipal"):
        value = statement.get(name, "*")
        if value == "*":
            continue
        if not isinstance(value, dict):
            message = f'{name} must be "*" or an object such as {{"AWS": "…"}}.'
            yield StructureProblem("INVALID_PRINCIPAL_FORMAT", message, (*path, name))
            continue
        for kind, who in value.items():
            if kind not in ("AWS", "Service", "Federated", "CanonicalUser"):
                message = f"{kind} is no kind of principal."
                yield StructureProblem("INVALID_PRINCIPAL_KEY", message, (*path, name, kind), at_name=True)
            elif not _is_text_or_texts(who):
                message = f"{name} {kind} must be a text or a list of texts."
                yield StructureProblem("DATA_TYPE_MISMATCH", message, (*path, name, kind))


def _condition(condition: Any, path: Path) -> Iterator[StructureProblem]:
    if not isinstance(condition, dict):
        yield StructureProblem("DATA_TYPE_MISMATCH", "Condition must be an object of operators.", path)
        return
    for operator, block in condition.items():
        if not isinstance(block, dict):
            message = f"{operator} must be an object of condition keys."
            yield StructureProblem("DATA_TYPE_MISMATCH", message, (*path, operator))
            continue
        for key, values in block.items():
            for value in values if isinstance(values, list) else [values]:
                if value is None or isinstance(value, dict | list):
                    message = "A condition value must be a text, a number, true or false."
                    yield StructureProblem("DATA_TYPE_MISMATCH", message, (*path, operator, key))


def _is_text_or_texts(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))
