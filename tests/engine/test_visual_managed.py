"""The managed policies of AWS in the Visual view: all that moto brings, 1,582 with 8,850 statements."""

from __future__ import annotations

import json
from collections.abc import Iterator

from moto.iam.aws_managed_policies import aws_managed_policies_data

from policies.engine.statements import StatementText
from policies.engine.visual import VisualDraft, VisualStatement, visual_draft
from policies.engine.visual.condition_edits import with_key, with_operator, with_value
from policies.engine.visual.list_edits import with_actions_chosen, with_texts
from policies.engine.visual.operators import choice_of
from policies.engine.visual.statement_edits import (
    with_effect,
    with_sid,
    with_statement_copied,
    with_statement_moved,
    without_statement,
)

LEAST_SHARE = 0.9  # of statements that have fields for all they say
EVERY = 40  # policies: of one in so many a statement is moved and copied


def drafts() -> Iterator[VisualDraft]:
    for policy in json.loads(aws_managed_policies_data).values():
        yield visual_draft(json.dumps(policy["Document"], indent=4))


def test_most_statements_have_fields_for_all_they_say() -> None:
    statements = [statement for draft in drafts() for statement in draft.statements]
    whole = [statement for statement in statements if not statement.json_only]
    share = len(whole) / len(statements)
    assert share >= LEAST_SHARE, f"{len(whole):,} of {len(statements):,} statements, {share:.1%}"


def test_saying_what_they_say_changes_nothing() -> None:
    for draft in drafts():
        assert not draft.problem
        for statement in draft.statements:
            assert set(said_again(draft, statement)) <= {draft.text}


def said_again(draft: VisualDraft, statement: VisualStatement) -> Iterator[str]:
    """The text after each edit that writes what is there."""
    assert statement.read is not None
    yield with_effect(draft, statement, statement.written["Effect"])
    yield with_sid(draft, statement, statement.read.sid)
    for element in ("Action", "Resource"):
        if element in statement.written:
            yield with_texts(draft, statement, element, [text.value for text in each_of(statement, element)])
            yield with_actions_chosen(draft, statement, [], ["nosuch:Action"]) if element == "Action" else draft.text
    for condition in statement.conditions:
        yield with_operator(draft, statement, condition, choice_of(condition).value)
        yield with_key(draft, statement, condition, condition.key)
        if not choice_of(condition).is_null:
            yield with_value(draft, condition, condition.words[-1])


def each_of(statement: VisualStatement, element: str) -> tuple[StatementText, ...]:
    assert statement.read is not None
    return statement.read.actions if element == "Action" else statement.read.resources


def test_moving_and_copying_leave_all_others_to_the_letter() -> None:
    for draft in list(drafts())[::EVERY]:
        last = draft.statements[-1]
        copied = draft.rewritten(with_statement_copied(draft, last))
        if isinstance(draft.document["Statement"], list):
            assert without_statement(copied, copied.statements[-1]) == draft.text
        moved = copied.rewritten(with_statement_moved(copied, copied.statements[-1], len(copied.statements) - 2))
        assert with_statement_moved(moved, moved.statements[-2], len(moved.statements) - 1) == copied.text
