"""An edit of the Visual view makes of the document what was asked for, and leaves all else of the text as it is."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from policies.engine.visual import CannotEdit, VisualDraft, visual_draft
from policies.engine.visual.list_edits import with_texts, without_texts
from tests.engine.documents_as_text import documents, texts_of
from tests.engine.visual_model import ModelEdit, edits, statements_of
from tests.services.fuzzing import as_long_as_asked


@given(st.data())
@as_long_as_asked(150)
def test_an_edit_does_what_was_asked_for_and_nothing_else(data: st.DataObject) -> None:
    document = data.draw(documents())
    text = data.draw(texts_of(document))
    draft = visual_draft(text)
    assert draft.text == text and not draft.problem
    if not draft.statements:
        return
    statement = draft.statements[data.draw(st.integers(0, len(draft.statements) - 1))]
    edit = data.draw(edits(statement))
    try:
        after = edit.edit(draft, statement)
    except CannotEdit:
        return
    expected = copy.deepcopy(json.loads(text))
    if after != text:
        edit.model(expected, statement.number)
    assert ordered(json.loads(after)) == ordered(expected)
    assert untouched(draft, statement.number, edit, after)


def ordered(value: Any) -> Any:
    """Equal only where names stand in the same order, and 1 isn't true."""
    if isinstance(value, dict):
        return [(name, ordered(each)) for name, each in value.items()]
    return [ordered(each) for each in value] if isinstance(value, list) else repr(value)


def untouched(draft: VisualDraft, number: int, edit: ModelEdit, after: str) -> bool:
    """Whether all outside of the element that the edit is about, or outside of `Statement`, is there to the letter."""
    if not edit.element:
        start, end = draft.reading.span_of(("Statement",))
        kept = set(literals(draft)) - {draft.statements[number].literal}
        return ends_alike(draft.text, after, start, end) and kept <= set(literals(visual_draft(after)))
    start, end = draft.statements[number].span
    if not ends_alike(draft.text, after, start, end):
        return False
    others, now = members(draft, number), members(visual_draft(after), number)
    others.pop(edit.element, None)
    now.pop(edit.element, None)
    return others == now


def ends_alike(before: str, after: str, start: int, end: int) -> bool:
    return after.startswith(before[:start]) and after.endswith(before[end:])


def literals(draft: VisualDraft) -> list[str]:
    return [each.literal for each in draft.statements]


def members(draft: VisualDraft, number: int) -> dict[str, str]:
    """Of the statement: the text from each name to the end of its value."""
    path, reading = draft.statements[number].path, draft.reading
    names = draft.statements[number].written
    spans = {name: (reading.key_offsets[(*path, name)], reading.span_of((*path, name))[1]) for name in names}
    return {name: draft.text[start:end] for name, (start, end) in spans.items()}


@given(st.data())
@as_long_as_asked(50)
def test_a_value_more_and_less_is_the_same_text_again(data: st.DataObject) -> None:
    """Where there were two already: a list of one stays a list."""
    document = data.draw(documents())
    statements_of(document)[:] = [{"Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["a", "b"]}]
    text = data.draw(texts_of(document))
    draft = visual_draft(text)
    more = draft.rewritten(with_texts(draft, draft.statements[0], "Resource", ["c"]))
    assert more.statements[0].written["Resource"] == ["a", "b", "c"]
    assert without_texts(more, more.statements[0], "Resource", [2]) == text


@given(documents(), st.data())
@as_long_as_asked(60)
def test_takes_any_text(document: Any, data: st.DataObject) -> None:
    """Cut anywhere: it says where the text breaks, or that there is nothing, and has all the text."""
    text = json.dumps(document, indent=2)
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    draft = visual_draft(cut)
    assert draft.text == cut
    assert draft.problem.startswith("Line ") or draft.is_blank
    assert draft.statements == ()
