"""Edits of statements as a whole, and of their effect and Sid. All return the new text, or raise CannotEdit."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from policies.engine.json_edits import JsonEditor
from policies.engine.structure import VERSIONS, DocumentType
from policies.engine.visual.draft import CannotEdit, VisualDraft, VisualStatement

EFFECTS = ("Allow", "Deny")
_STATEMENT = ("Statement",)
_SID_OF_IAM = re.compile("[0-9A-Za-z]*")


def new_statement(kind: DocumentType) -> Mapping[str, Any]:
    """What a new statement has: it allows nothing until something is chosen."""
    found: dict[str, Any] = {"Effect": "Allow"}
    if kind.names_principals:
        found["Principal"] = {}
    found["Action"] = []
    if kind.names_resources:
        found["Resource"] = []
    return found


def with_new_statement(draft: VisualDraft) -> str:
    """As the last one; a text without anything becomes a document."""
    if draft.problem:
        raise CannotEdit(draft.problem)
    fresh = dict(new_statement(draft.kind))
    if draft.is_blank:
        return json.dumps({"Version": VERSIONS[0], "Statement": [fresh]}, indent=2)
    editor = JsonEditor(draft.reading)
    if "Statement" not in draft.document:
        return editor.with_member((), "Statement", [fresh])
    return editor.with_items(_STATEMENT, [fresh])


def without_statement(draft: VisualDraft, statement: VisualStatement) -> str:
    return JsonEditor(draft.reading).without_items(_STATEMENT, [statement.number])


def with_statement_moved(draft: VisualDraft, statement: VisualStatement, to: int) -> str:
    """One place up or down: `to` is the number of its neighbour."""
    if not 0 <= to < len(draft.statements) or abs(to - statement.number) != 1:
        raise CannotEdit("The statement is at that end of the document already.")
    return JsonEditor(draft.reading).with_items_exchanged(_STATEMENT, statement.number, to)


def with_statement_copied(draft: VisualDraft, statement: VisualStatement) -> str:
    """The copy follows it. A Sid is there once in a document: that of the copy gets a number."""
    literal = statement.literal
    if statement.read is not None and statement.read.sid:
        start, end = draft.reading.span_of((*statement.path, "Sid"))
        begin = statement.span[0]
        literal = literal[: start - begin] + json.dumps(_free_sid(draft, statement.read.sid)) + literal[end - begin :]
    return JsonEditor(draft.reading).with_literal(_STATEMENT, literal, statement.number + 1)


def _free_sid(draft: VisualDraft, sid: str) -> str:
    taken = {each.read.sid for each in draft.statements if each.read}
    stem = sid.rstrip("0123456789") or sid
    return next(name for number in range(2, len(taken) + 3) if (name := f"{stem}{number}") not in taken)


def with_effect(draft: VisualDraft, statement: VisualStatement, effect: str) -> str:
    if effect not in EFFECTS:
        raise CannotEdit("The effect of a statement is Allow or Deny: choose one.")
    names = list(statement.written)
    return _with_element(draft, statement, "Effect", effect, at=names.index("Sid") + 1 if "Sid" in names else 0)


def with_sid(draft: VisualDraft, statement: VisualStatement, sid: str) -> str:
    """Without one for "". Raises CannotEdit for one that another statement has, or that IAM doesn't take."""
    if draft.kind.is_kept_by_iam and not _SID_OF_IAM.fullmatch(sid):
        raise CannotEdit("A Sid has letters A–Z and a–z and digits only: write it without other characters.")
    if sid and any(each.read.sid == sid for each in draft.statements if each.read and each.number != statement.number):
        raise CannotEdit(f"Another statement of this document has the Sid {sid}: choose another one.")
    if not sid:
        there = "Sid" in statement.written
        return JsonEditor(draft.reading).without_member((*statement.path, "Sid")) if there else draft.text
    return _with_element(draft, statement, "Sid", sid, at=0)


def _with_element(draft: VisualDraft, statement: VisualStatement, name: str, value: str, at: int) -> str:
    if not statement.has_fields(name):
        raise CannotEdit(f"{name} of this statement has no field: edit it in the JSON.")
    path, editor = (*statement.path, name), JsonEditor(draft.reading)
    if name not in statement.written:
        return editor.with_member(statement.path, name, value, at)
    return draft.text if statement.written[name] == value else editor.replaced(path, value)
