"""What an edit of the Visual view must come to: the same edit, made in the value that the text stands for."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from policies.engine.visual import VisualDraft, VisualStatement, condition_edits, list_edits, statement_edits
from policies.engine.visual.operators import choice_of

Document = dict[str, Any]


@dataclass(frozen=True)
class ModelEdit:
    """`edit` is of the text, and may refuse; `model` does it to the document's own value. `element`: what it is in."""

    name: str
    edit: Callable[[VisualDraft, VisualStatement], str]
    model: Callable[[Document, int], None]
    element: str = ""


def statements_of(document: Document) -> list[Any]:
    """As a list, which the document has from then on."""
    if not isinstance(document["Statement"], list):
        document["Statement"] = [document["Statement"]]
    found: list[Any] = document["Statement"]
    return found


def _in(document: Document, number: int) -> Document:
    several = document["Statement"]
    found: Document = several[number] if isinstance(several, list) else several
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# ---- Whole statements ------------------------------------------------------------------------------------------
def _remove(document: Document, number: int) -> None:
    del statements_of(document)[number]


def _move_down(document: Document, number: int) -> None:
    several = statements_of(document)
    several[number], several[number + 1] = several[number + 1], several[number]


def _copy(document: Document, number: int) -> None:
    several = statements_of(document)
    again = copy.deepcopy(several[number])
    if again.get("Sid"):
        sids = {each.get("Sid", "") for each in several}
        stem = again["Sid"].rstrip("0123456789") or again["Sid"]
        again["Sid"] = next(f"{stem}{at}" for at in range(2, 99) if f"{stem}{at}" not in sids)
    several.insert(number + 1, again)


# ---- Elements --------------------------------------------------------------------------------------------------
def _set(name: str, value: str) -> Callable[[Document, int], None]:
    def model(document: Document, number: int) -> None:
        found = _in(document, number)
        if not value:
            found.pop(name, None)
        elif name in found:
            found[name] = value
        else:
            members = list(found.items())
            after_sid = 1 + next((at for at, each in enumerate(members) if each[0] == "Sid" and name != "Sid"), -1)
            found.clear()
            found.update([*members[:after_sid], (name, value), *members[after_sid:]])

    return model


def _add(name: str, texts: list[str], fold: Callable[[str], str]) -> Callable[[Document, int], None]:
    def model(document: Document, number: int) -> None:
        found = _in(document, number)
        there = _listed(found.get(name, []))
        fresh: list[str] = []
        for each in texts:
            if fold(each) not in map(fold, (*there, *fresh)):
                fresh.append(each)
        if fresh and name not in found and len(fresh) == 1:
            found[name] = fresh[0]
        elif fresh:
            found[name] = [*there, *fresh]

    return model


def _drop(name: str, at: int) -> Callable[[Document, int], None]:
    def model(document: Document, number: int) -> None:
        found = _in(document, number)
        found[name] = [each for place, each in enumerate(_listed(found[name])) if place != at]

    return model


def _conditions(block: Any) -> list[tuple[str, str]]:
    return [(operator, key) for operator, keys in block.items() for key in keys]


def _drop_condition(operator: str, key: str) -> Callable[[Document, int], None]:
    def model(document: Document, number: int) -> None:
        found = _in(document, number)
        del found["Condition"][operator][key]
        if not found["Condition"][operator]:
            del found["Condition"][operator]
        if not found["Condition"]:
            del found["Condition"]

    return model


def _add_condition(operator: str, key: str, value: str) -> Callable[[Document, int], None]:
    def model(document: Document, number: int) -> None:
        _in(document, number).setdefault("Condition", {}).setdefault(operator, {})[key] = value

    return model


def _drop_value(operator: str, key: str, at: int) -> Callable[[Document, int], None]:
    def model(document: Document, number: int) -> None:
        block = _in(document, number)["Condition"][operator]
        block[key] = [each for place, each in enumerate(_listed(block[key])) if place != at]

    return model


def _rename_key(operator: str, key: str, new: str) -> Callable[[Document, int], None]:
    def model(document: Document, number: int) -> None:
        block = _in(document, number)["Condition"][operator]
        document_order = [(new if name == key else name, value) for name, value in block.items()]
        block.clear()
        block.update(document_order)

    return model


def _again(edit: Callable[..., str], *args: Any) -> Callable[[VisualDraft, VisualStatement], str]:
    return lambda draft, statement: edit(draft, statement, *args)


@st.composite
def edits(draw: st.DrawFn, statement: VisualStatement) -> ModelEdit:
    """One that may be made of the statement, or be refused."""
    return draw(st.sampled_from([*_whole(), *_elements(draw), *_of_lists(statement), *_of_conditions(draw, statement)]))


def _whole() -> list[ModelEdit]:
    down = lambda draft, statement: statement_edits.with_statement_moved(draft, statement, statement.number + 1)  # noqa: E731
    return [
        ModelEdit("remove", statement_edits.without_statement, _remove),
        ModelEdit("copy", statement_edits.with_statement_copied, _copy),
        ModelEdit("move", down, _move_down),
    ]


def _elements(draw: st.DrawFn) -> list[ModelEdit]:
    effect, sid = draw(st.sampled_from(["Allow", "Deny"])), draw(st.sampled_from(["", "One", "Fresh"]))
    actions = draw(st.lists(st.sampled_from(["s3:PutObject", "s3:Get*", "sqs:SendMessage"]), max_size=3))
    resources = draw(st.lists(st.sampled_from(["*", 'arn:aws:s3:::a"b\\/é', "a"]), max_size=2))
    key, operator = (
        draw(st.sampled_from(["aws:SourceIp", "s3:x"])),
        draw(st.sampled_from(["StringLike", "StringNotEquals"])),
    )
    add = list_edits.with_texts
    return [
        ModelEdit("effect", _again(statement_edits.with_effect, effect), _set("Effect", effect), "Effect"),
        ModelEdit("sid", _again(statement_edits.with_sid, sid), _set("Sid", sid), "Sid"),
        ModelEdit("actions", _again(add, "Action", actions), _add("Action", actions, str.lower), "Action"),
        ModelEdit("resources", _again(add, "Resource", resources), _add("Resource", resources, str), "Resource"),
        ModelEdit(
            "condition",
            _again(condition_edits.with_condition, key, operator, "a*"),
            _add_condition(operator, key, "a*"),
            "Condition",
        ),
    ]


def _of_lists(statement: VisualStatement) -> list[ModelEdit]:
    return [
        ModelEdit(f"drop {name}", _again(list_edits.without_texts, name, [at]), _drop(name, at), name)
        for name in ("Action", "Resource")
        if name in statement.written
        for at in range(len(_listed(statement.written[name])))
    ]


def _of_conditions(draw: st.DrawFn, statement: VisualStatement) -> list[ModelEdit]:
    found = []
    for each in statement.conditions:
        operator, key = each.operator, each.key
        drop = lambda draft, on, each=each: condition_edits.without_condition(draft, on, each)  # noqa: E731
        found.append(ModelEdit("drop condition", drop, _drop_condition(operator, key), "Condition"))
        rename = lambda draft, on, each=each: condition_edits.with_key(draft, on, each, "aws:new")  # noqa: E731
        found.append(ModelEdit("rename key", rename, _rename_key(operator, key, "aws:new"), "Condition"))
        if not choice_of(each).is_null:
            for at in range(len(each.words)):
                less = lambda draft, on, each=each, at=at: condition_edits.without_value(draft, each, at)  # noqa: E731
                found.append(ModelEdit("drop value", less, _drop_value(operator, key, at), "Condition"))
    return found
