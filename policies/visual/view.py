"""The Visual view: what it shows of a text, and where it stands among the views of the editor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from iamconsole.web.words import counted
from policies import editor_views
from policies.drafts import LONG, MOST_SENT, findings_in
from policies.editor_views import EditedText, EditorView
from policies.engine.lint import FindingsUnwanted, LintFinding, Severity
from policies.engine.visual import VisualDraft, VisualStatement, visual_draft
from policies.engine.visual.draft import PRINCIPAL_KINDS
from policies.engine.visual.list_edits import EVERYBODY
from policies.visual.cards import (
    ActionsAsked,
    ActionsPart,
    ConditionsPart,
    RowsPart,
    StatementCard,
    actions_part,
    conditions_part,
    principals_part,
    resources_part,
    suggested_keys,
)
from policies.visual.known import SuggestedArn, suggested_principals, suggested_resources
from policies.visual.posted import PostedFields
from policies.visual.writing import WrittenFields, received

_TOO_LONG = "The document is longer than AWS takes any: shorten it in the JSON."
_WORDS = {Severity.ERROR: "error", Severity.SECURITY_WARNING: "security warning", Severity.WARNING: "warning"}
MOST_KEYS_SUGGESTED = 4


@dataclass(frozen=True)
class OpenParts:
    """The fields of the statement that is open. A part is None where the statement has none, or no fields for it."""

    principals: RowsPart | None
    actions: ActionsPart | None
    resources: RowsPart | None
    conditions: ConditionsPart | None
    keys: Sequence[str]
    resource_arns: Sequence[SuggestedArn]
    principal_arns: Sequence[SuggestedArn]
    taken: str
    is_first: bool
    is_last: bool

    @property
    def suggestions(self) -> Sequence[str]:
        return self.keys[:MOST_KEYS_SUGGESTED]

    @property
    def kinds(self) -> Sequence[tuple[str, str]]:
        """Of principals: what forms call them, and what pages do."""
        return [*((kind, kind) for kind in PRINCIPAL_KINDS), (EVERYBODY, "Everybody (*)")]


@dataclass(frozen=True)
class VisualPage:
    """`problem` is a sentence where there are no cards, with its place; `told`: what came of the fields before."""

    draft: VisualDraft
    problem: str
    problem_line: int
    cards: Sequence[StatementCard]
    parts: OpenParts | None
    told: WrittenFields

    @property
    def opened(self) -> StatementCard | None:
        return next((each for each in self.cards if each.is_open), None)


def context(edited: EditedText) -> Mapping[str, Any]:
    page = visual_page(edited)
    return {"page": page, "told": page.told, "kept": page.told.kept, "refusals": page.told.refusals}


def visual_page(edited: EditedText) -> VisualPage:
    text, posted = edited.text.replace("\r\n", "\n"), PostedFields(edited.posted)
    told = edited.told if isinstance(edited.told, WrittenFields) else None
    is_too_long = len(text) > MOST_SENT
    known = told.draft if told and told.draft and told.draft.text == text else None
    draft = known or visual_draft("" if is_too_long else text, edited.kind)
    problem = _TOO_LONG if is_too_long else draft.problem
    opened = _opened(draft, posted, told)
    findings = _findings(edited, draft)
    cards = [_card(each, each.number == opened, findings) for each in draft.statements]
    told = told or WrittenFields(opened)
    parts = _parts(draft, draft.statements[opened], edited, posted, told) if opened is not None else None
    return VisualPage(draft, problem, draft.problem_line, cards, parts, told)


def _opened(draft: VisualDraft, posted: PostedFields, told: WrittenFields | None) -> int | None:
    """The one that was open; else the one at the caret, or the only one; else the first."""
    if told is not None:
        at = told.opened
    elif posted.has("open"):
        at = posted.opened
    else:
        at = draft.number_at_line(posted.line or 1)
    return at if at is not None and at < len(draft.statements) and draft.statements[at].read else None


def _findings(edited: EditedText, draft: VisualDraft) -> Sequence[LintFinding]:
    """Of a long text none: its findings stand beside it, and take their time."""
    if len(draft.text) > LONG or draft.problem:
        return ()
    try:
        return [each.finding for each in findings_in(draft.text, edited.aws_account, edited.kind).shown]
    except FindingsUnwanted:
        return ()


def _card(statement: VisualStatement, is_open: bool, findings: Sequence[LintFinding]) -> StatementCard:
    start, end = statement.span
    own = [each.severity for each in findings if start <= each.start < end]
    words = [counted(own.count(severity), word) for severity, word in _WORDS.items() if severity in own]
    is_bad = Severity.ERROR in own or Severity.SECURITY_WARNING in own
    return StatementCard(statement, is_open, words, is_bad)


def _parts(
    draft: VisualDraft, statement: VisualStatement, edited: EditedText, posted: PostedFields, told: WrittenFields
) -> OpenParts:
    kind, written = edited.kind, statement.written
    is_same = posted.opened == statement.number
    asked = _asked(posted, is_same=is_same)
    elements = ("Action", "Resource", "Principal")
    has = {name: statement.has_fields(name) and f"Not{name}" not in written for name in elements}
    names_principals = kind.names_principals or "Principal" in written
    names_resources = kind.names_resources or "Resource" in written
    with_resources, with_principals = has["Resource"] and names_resources, has["Principal"] and names_principals
    arns, taken = suggested_resources(statement, edited) if with_resources else ((), "")
    return OpenParts(
        principals_part(statement) if with_principals else None,
        actions_part(statement, asked) if has["Action"] else None,
        resources_part(statement) if with_resources else None,
        conditions_part(statement, told) if statement.has_fields("Condition") else None,
        suggested_keys(statement, kind),
        arns,
        suggested_principals(edited) if with_principals else (),
        taken,
        statement.number == 0,
        statement.number == len(draft.statements) - 1,
    )


def _asked(posted: PostedFields, *, is_same: bool) -> ActionsAsked:
    """What is looked at of the actions; of another statement than before it begins anew."""
    if not is_same:
        return ActionsAsked()
    button = posted.button
    service = button.word() if button.verb == "service" else posted.text("service")
    if service != posted.text("service_was"):
        return ActionsAsked(service)
    whole = [*posted.several("whole"), *([button.word()] if button.verb == "whole" else [])]
    return ActionsAsked(service, posted.text("words"), posted.has("only_chosen"), list(dict.fromkeys(whole)))


def register() -> None:
    editor_views.register(
        EditorView("visual", "Visual", "blocks", "policies/visual/view.html", context, received, position=50)
    )
