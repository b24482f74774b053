"""Edits of the lists of a statement: actions, resources, principals. All return the new text, or raise CannotEdit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from policies.engine.json_edits import JsonEditor
from policies.engine.json_text import Json, Path
from policies.engine.visual.draft import PRINCIPAL_KINDS, CannotEdit, VisualDraft, VisualStatement

EVERYBODY = "*"
_GONE = "What was to be removed isn’t there any more: nothing was changed."
_EVERYBODY_ALONE = "The principal * is everybody, and stands alone: remove the others first, or the *."


def with_texts(draft: VisualDraft, statement: VisualStatement, element: str, texts: Sequence[str]) -> str:
    """More texts in Action or Resource, at the end; those that are there already aren't written again."""
    _must_have_fields(statement, element)
    there = texts_of(statement.written.get(element, []))
    return _with_more(draft, (*statement.path, element), _fresh(texts, there, in_any_case=element == "Action"))


def without_texts(draft: VisualDraft, statement: VisualStatement, element: str, numbers: Collection[int]) -> str:
    """Without those at these places, from 0; the element stays, perhaps empty."""
    _must_have_fields(statement, element)
    there = len(texts_of(statement.written.get(element, [])))
    if not all(0 <= number < there for number in numbers):
        raise CannotEdit(_GONE)
    return JsonEditor(draft.reading).without_items((*statement.path, element), numbers) if numbers else draft.text


def with_actions_chosen(
    draft: VisualDraft, statement: VisualStatement, add: Sequence[str], remove: Collection[str]
) -> str:
    """Names of actions more, and others less, in whatever case they are written; patterns stay."""
    gone = {each.lower() for each in remove}
    there = texts_of(statement.written.get("Action", []))
    numbers = [number for number, each in enumerate(there) if each.lower() in gone]
    after = draft.rewritten(without_texts(draft, statement, "Action", numbers))
    return with_texts(after, after.statements[statement.number], "Action", add)


# ---- Principals ------------------------------------------------------------------------------------------------
def with_principal(draft: VisualDraft, statement: VisualStatement, kind: str, value: str) -> str:
    """`kind` is one of PRINCIPAL_KINDS, or EVERYBODY, which takes no value."""
    _must_have_fields(statement, "Principal")
    path, there = (*statement.path, "Principal"), statement.written.get("Principal")
    if there == EVERYBODY or (kind == EVERYBODY and there):
        raise CannotEdit(_EVERYBODY_ALONE)
    if kind == EVERYBODY:
        return _with_member(draft, path, EVERYBODY)
    if kind not in PRINCIPAL_KINDS:
        raise CannotEdit("Choose what kind of principal it is.")
    if there is None:
        return _with_member(draft, path, {kind: value})
    fresh = _fresh([value], texts_of(there.get(kind, [])))
    return _with_more(draft, (*path, kind), fresh) if kind in there else _with_member(draft, (*path, kind), value)


def without_principal(draft: VisualDraft, statement: VisualStatement, kind: str, number: int) -> str:
    """The element stays, perhaps empty."""
    _must_have_fields(statement, "Principal")
    path, there = (*statement.path, "Principal"), statement.written.get("Principal", {})
    editor = JsonEditor(draft.reading)
    if there == EVERYBODY:
        return editor.replaced(path, {})
    values = texts_of(there.get(kind, []))
    if not 0 <= number < len(values):
        raise CannotEdit(_GONE)
    whole = (*path, kind)
    return editor.without_items(whole, [number]) if len(values) > 1 else editor.without_member(whole)


def texts_of(value: Any) -> list[str]:
    """Of what has fields: a text, or a list of texts."""
    return [value] if isinstance(value, str) else list(value)


def _fresh(texts: Sequence[str], there: Sequence[str], *, in_any_case: bool = False) -> list[str]:
    """Each once, without those that are there."""
    known = {each.lower() if in_any_case else each for each in there}
    found = []
    for each in texts:
        if (name := each.lower() if in_any_case else each) not in known:
            known.add(name)
            found.append(each)
    return found


def _with_more(draft: VisualDraft, path: Path, texts: Sequence[str]) -> str:
    if not texts:
        return draft.text
    editor = JsonEditor(draft.reading)
    if path[-1] in editor.value_at(path[:-1]):
        return editor.with_items(path, texts)
    return _with_member(draft, path, texts[0] if len(texts) == 1 else list(texts))


def _with_member(draft: VisualDraft, path: Path, value: Json) -> str:
    editor = JsonEditor(draft.reading)
    name = str(path[-1])
    if name in editor.value_at(path[:-1]):
        return editor.replaced(path, value)
    return editor.with_member(path[:-1], name, value)


def _must_have_fields(statement: VisualStatement, element: str) -> None:
    opposite = f"Not{element}"
    if opposite in statement.written:
        raise CannotEdit(f"This statement has {opposite}, which has no fields: edit it in the JSON.")
    if not statement.has_fields(element):
        raise CannotEdit(f"The element {element} of this statement has no fields: edit it in the JSON.")
