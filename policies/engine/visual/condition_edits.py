"""Edits of the conditions of a statement. All return the new text, or raise CannotEdit.

A condition is one key under one operator. JSON has one place for each pair of these, so that two conditions can't have
the same.
"""

from __future__ import annotations

import re

from policies.engine.conditions import NULL
from policies.engine.json_edits import JsonEditor
from policies.engine.json_text import Json
from policies.engine.statements import Condition
from policies.engine.visual.draft import CannotEdit, VisualDraft, VisualStatement
from policies.engine.visual.operators import OperatorChoice, choice_named, choice_of, value_problem

_LONGEST_KEY = 512
_CONDITION = "Condition"
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?")  # as JSON writes it, and no digit is lost


def with_condition(draft: VisualDraft, statement: VisualStatement, key: str, operator: str, value: str) -> str:
    """One more condition. `operator` is the value of an OperatorChoice; `value` counts for nothing where it is Null."""
    choice = _choice(operator)
    _must_be_key(key)
    _must_suit(choice, value)
    _must_be_free(statement, choice.name, key, without=None)
    return _with_entry(draft, statement, choice.name, key, choice.fixed_value or value)


def without_condition(draft: VisualDraft, statement: VisualStatement, condition: Condition) -> str:
    """With what it was the last one of: its operator, and the element Condition."""
    path = condition.path
    while len(path) > len(statement.path) + 1 and len(JsonEditor(draft.reading).value_at(path[:-1])) == 1:
        path = path[:-1]
    return JsonEditor(draft.reading).without_member(path)


def with_operator(draft: VisualDraft, statement: VisualStatement, condition: Condition, operator: str) -> str:
    """The key with its values under another operator. Null has a value of its own."""
    choice, was = _choice(operator), choice_of(condition)
    if choice.value == was.value:
        return draft.text
    if choice.is_null and was.is_null:
        return JsonEditor(draft.reading).replaced(condition.path, choice.fixed_value)
    _must_be_free(statement, choice.name, condition.key, without=condition)
    if choice.is_null or was.is_null:
        return _again(draft, statement, condition, choice)
    block = condition.path[:-1]
    editor = JsonEditor(draft.reading)
    if len(editor.value_at(block)) == 1 and _operator_there(statement, choice.name, without=condition.operator) is None:
        return editor.renamed(block, choice.name)
    return _again(draft, statement, condition, choice)


def with_key(draft: VisualDraft, statement: VisualStatement, condition: Condition, key: str) -> str:
    if key == condition.key:
        return draft.text
    _must_be_key(key)
    _must_be_free(statement, condition.operator, key, without=condition)
    return JsonEditor(draft.reading).renamed(condition.path, key)


def with_value(draft: VisualDraft, condition: Condition, value: str) -> str:
    """One more value of the key: an alternative. It is of the JSON type of the others, as AWS wants it."""
    if value in condition.words:
        return draft.text
    _must_suit(choice_of(condition), value)
    return JsonEditor(draft.reading).with_items(condition.path, [_of_their_type(value, condition.written)])


def without_value(draft: VisualDraft, condition: Condition, at: int) -> str:
    """The key stays, perhaps without any value."""
    if not 0 <= at < len(condition.words):
        raise CannotEdit("That value isn’t there any more: nothing was changed.")
    return JsonEditor(draft.reading).without_items(condition.path, [at])


# ---- How it is done --------------------------------------------------------------------------------------------
def _with_entry(draft: VisualDraft, statement: VisualStatement, operator: str, key: str, value: Json) -> str:
    """`value`: of the key, or all its values."""
    editor, path = JsonEditor(draft.reading), (*statement.path, _CONDITION)
    written = statement.written.get(_CONDITION)
    if not statement.has_fields(_CONDITION):
        raise CannotEdit("The element Condition of this statement has no fields: edit it in the JSON.")
    if written is None:
        if _CONDITION in statement.written:
            return editor.replaced(path, {operator: {key: value}})
        return editor.with_member(statement.path, _CONDITION, {operator: {key: value}})
    there = _operator_there(statement, operator)
    if there is None:
        return editor.with_member(path, operator, {key: value})
    return editor.with_member((*path, there), key, value)


def _again(draft: VisualDraft, statement: VisualStatement, condition: Condition, choice: OperatorChoice) -> str:
    """Takes the condition away and writes it under the other operator."""
    values: Json = choice.fixed_value if choice.is_null else [] if condition.base == NULL else condition.written
    after = draft.rewritten(without_condition(draft, statement, condition))
    return _with_entry(after, after.statements[statement.number], choice.name, condition.key, values)


def _operator_there(statement: VisualStatement, operator: str, without: str = "") -> str | None:
    """The operator as the document has it, in whatever case."""
    blocks = statement.written.get(_CONDITION) or {}
    return next((name for name in blocks if name.lower() == operator.lower() and name != without), None)


def _choice(operator: str) -> OperatorChoice:
    choice = choice_named(operator)
    if choice is None:
        raise CannotEdit("Choose how the key is compared: nothing was changed.")
    return choice


def _must_be_key(key: str) -> None:
    if not key:
        raise CannotEdit("Name the condition key, such as aws:SourceIp.")
    if ":" not in key or len(key) > _LONGEST_KEY:
        raise CannotEdit(
            f"{key[:60]} is no condition key: these have a service or aws before a colon, as aws:SourceIp."
        )


def _must_suit(choice: OperatorChoice, value: str) -> None:
    if choice.is_null:
        return
    if not value:
        raise CannotEdit("Type a value for the condition: without one it holds for nothing.")
    if problem := value_problem(choice.value, value):
        raise CannotEdit(problem)


def _must_be_free(statement: VisualStatement, operator: str, key: str, without: Condition | None) -> None:
    for each in statement.read.conditions if statement.read else ():
        same = each.operator.lower() == operator.lower() and each.name == key.lower()
        if same and (without is None or each.path != without.path):
            raise CannotEdit(f"There is such a condition on {each.key} already: add the value there.")


def _of_their_type(value: str, written: Json) -> Json:
    several = written if isinstance(written, list) else [written]
    if several and all(isinstance(each, bool) for each in several) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    numbers = bool(several) and all(isinstance(each, int | float) and not isinstance(each, bool) for each in several)
    if numbers and (plain := _PLAIN_NUMBER.fullmatch(value)):
        return float(value) if plain[1] else int(value)
    return value
