"""Writes what the fields of the Visual view say into the text of the document, one edit after the other.

An edit that can't be made leaves the text as it is: a sentence says why beside its field, which keeps what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from objects.fields import ReceivedText
from policies.drafts import MOST_SENT
from policies.editor_views import JSON, EditedText
from policies.engine.statements import Condition
from policies.engine.visual import CannotEdit, VisualDraft, VisualStatement, visual_draft
from policies.engine.visual.action_choices import LevelChoices, action_groups
from policies.engine.visual.condition_edits import (
    with_condition,
    with_key,
    with_operator,
    with_value,
    without_condition,
    without_value,
)
from policies.engine.visual.list_edits import (
    EVERYBODY,
    with_actions_chosen,
    with_principal,
    with_texts,
    without_principal,
    without_texts,
)
from policies.engine.visual.operators import choice_of
from policies.engine.visual.statement_edits import (
    with_effect,
    with_new_statement,
    with_sid,
    with_statement_copied,
    with_statement_moved,
    without_statement,
)
from policies.visual.posted import PostedFields, VisualButton

_Edit = Callable[[VisualDraft, VisualStatement], str]
_BOXES = ("add_action", "add_resource", "new_kind", "new_principal", "new_key", "new_operator", "new_value")
EVERYTHING = "*"


@dataclass
class WrittenFields:
    """What came of the fields. `opened`: the statement that is shown open; `refusals`: a sentence, by the field's name.

    `kept`: what is typed in fields and isn't in the text; `said`: a sentence on what was done; `focus`: the id of what
    one goes on with. `draft` is of the text as it is then.
    """

    opened: int | None
    draft: VisualDraft | None = None
    refusals: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    said: str = ""
    focus: str = ""
    view: str = ""

    @property
    def refused(self) -> str:
        """The first refusal."""
        return next(iter(self.refusals.values()), "")


def received(edited: EditedText) -> ReceivedText:
    """What the fields make of the text that came with them."""
    posted = PostedFields(edited.posted)
    text = edited.text.replace("\r\n", "\n")
    if len(text) > MOST_SENT:
        view = JSON if posted.button.verb == "json" else ""
        return ReceivedText(edited.text, view=view, told=WrittenFields(None))
    writer = FieldsWriter(visual_draft(text, edited.kind), posted)
    writer.write()
    after, told = writer.draft, writer.told
    told.draft = after
    at = told.opened if told.opened is not None and told.opened < len(after.statements) else None
    line = after.statements[at].line if at is not None else after.problem_line
    is_same = after.text == text
    return ReceivedText(edited.text if is_same else after.text, told.refused, told.view, line, told)


class FieldsWriter:
    """Of one form. `draft` is the text so far; `told` what is said beside it."""

    def __init__(self, draft: VisualDraft, posted: PostedFields) -> None:
        self.draft = self.came = draft
        self.posted, self.button = posted, posted.button
        self.told = WrittenFields(posted.opened)
        self.done: set[str] = set()  # fields whose text is in the document now

    def write(self) -> None:
        statement = self._opened()
        goes = not (self.button.verb == "remove" and self.button.number() == self.told.opened)
        if statement is not None and goes:
            self._take_away(statement)
            self._write_fields(statement)
        if not self.told.refusals:
            self._go_on()
        self._keep()

    # ---- Edits, one after the other ----------------------------------------------------------------------------
    def edit(self, name: str, edit: _Edit) -> bool:
        """Whether it could be made; it is of the statement that is open."""
        assert self.told.opened is not None  # noqa: S101  there is one whose fields are written
        try:
            text = edit(self.draft, self.draft.statements[self.told.opened])
        except CannotEdit as refusal:
            self.told.refusals[name] = refusal.sentence
            return False
        self.draft = self.draft.rewritten(text)
        return True

    def _opened(self) -> VisualStatement | None:
        """The statement whose fields came, where it is as it was seen."""
        if self.told.opened is None or not self.posted.has("digest"):
            return None
        try:
            return self.draft.statement(self.told.opened, self.posted.text("digest"))
        except CannotEdit as refusal:
            self.told.refusals["statement"] = refusal.sentence
            self.told.opened = None
            return None

    def _condition(self, operator: str, key: str) -> Condition:
        """As it is now. Raises CannotEdit."""
        assert self.told.opened is not None  # noqa: S101  there is one whose fields are written
        there = [each for each in self.draft.statements[self.told.opened].conditions if each.key == key]
        for each in sorted(there, key=lambda each: each.operator != operator):
            if each.operator.lower() == operator.lower():  # a document may have the operator in any case already
                return each
        raise CannotEdit(f"There is no such condition on {key} any more: nothing was changed.")

    def _take_away(self, statement: VisualStatement) -> None:
        """What a button removes, by the places that it was seen in."""
        if self.button.verb != "drop":
            return
        what, number = self.button.word(), self.button.number(1)
        if what in ("action", "resource"):
            self.edit(what, lambda draft, on: without_texts(draft, on, what.capitalize(), [number]))
            self.told.focus = f"visual-add_{what}"
        elif what == "principal":
            kind = self.button.word(2)
            self.edit(what, lambda draft, on: without_principal(draft, on, kind, number))
            self.told.focus = "visual-new_kind"
        elif what in ("condition", "value") and 0 <= number < len(statement.conditions):
            condition = statement.conditions[number]
            if what == "condition":
                self.edit(what, lambda draft, on: without_condition(draft, on, condition))
                self.told.focus = "visual-new_key"
            else:
                self.edit(what, lambda draft, on: without_value(draft, condition, self.button.number(2)))
                self.told.focus = f"visual-value_{number}"

    # ---- Fields ------------------------------------------------------------------------------------------------
    def _write_fields(self, statement: VisualStatement) -> None:
        posted = self.posted
        if statement.read is None:
            return
        if posted.text("effect"):
            self.edit("effect", lambda draft, on: with_effect(draft, on, posted.text("effect")))
        if posted.has("sid") and posted.text("sid") != statement.read.sid.strip():
            self.edit("sid", lambda draft, on: with_sid(draft, on, posted.typed("sid")))
        self._write_actions(statement)
        self._write_conditions(statement)
        self._add("add_action", "action", lambda draft, on: with_texts(draft, on, "Action", [self._action()]))
        self._add("add_resource", "resource", lambda draft, on: with_texts(draft, on, "Resource", [self._resource()]))
        if self.button.verb == "add" and self.button.word() == "everything":
            self.edit("add_resource", lambda draft, on: with_texts(draft, on, "Resource", [EVERYTHING]))
        self._add_principal()
        self._add_condition()

    def _write_actions(self, statement: VisualStatement) -> None:
        """Names that were chosen, or aren't any more; a whole level by its own box."""
        posted = self.posted
        if not statement.has_fields("Action") or not posted.has("actions_were"):
            return
        were, are = posted.text("actions_were").split(), posted.several("action")
        add, remove = [each for each in are if each not in were], [each for each in were if each not in are]
        groups = {each.level.name.lower(): each for each in self._groups(statement)}
        whole, is_whole = posted.text("levels_were").split(), posted.several("level")
        for name, group in groups.items():
            names = [each.name for each in group.choices]
            if name in is_whole and name not in whole:
                add += names
            if name in whole and name not in is_whole:
                remove += names
        if add or remove:
            self.edit("action", lambda draft, on: with_actions_chosen(draft, on, add, remove))

    def _groups(self, statement: VisualStatement) -> tuple[LevelChoices, ...]:
        written = statement.written.get("Action", [])
        return action_groups(self.posted.text("service_was"), written) if self.posted.text("service_was") else ()

    def _write_conditions(self, statement: VisualStatement) -> None:
        for number, condition in enumerate(statement.conditions):
            if self.button.verb == "drop" and self.button.about[:2] == ["condition", str(number)]:
                continue
            self._write_condition(number, condition)

    def _write_condition(self, number: int, condition: Condition) -> None:
        posted, operator, key = self.posted, condition.operator, condition.key
        name = f"operator_{number}"
        if posted.text(name) and posted.text(name) != choice_of(condition).value:
            is_done = self.edit(
                name, lambda draft, on: with_operator(draft, on, self._condition(operator, key), posted.text(name))
            )
            operator = posted.text(name).partition(" ")[0] if is_done else operator
        name = f"key_{number}"
        if posted.has(name) and posted.text(name) != key.strip():
            before = key
            is_done = self.edit(
                name, lambda draft, on: with_key(draft, on, self._condition(operator, before), posted.typed(name))
            )
            key = posted.text(name) if is_done else key
        name = f"value_{number}"
        if posted.text(name) and self.button.adds(f"value {number}"):
            self._added(name, lambda draft, on: with_value(draft, self._condition(operator, key), posted.typed(name)))

    def _add(self, name: str, box: str, edit: _Edit) -> None:
        if self.posted.text(name) and self.button.adds(box):
            self._added(name, edit)

    def _added(self, name: str, edit: _Edit, *fields: str) -> None:
        """`fields`: those that are empty again when it is done."""
        if self.edit(name, edit):
            self.done.update(fields or (name,))
        if self.button.verb == "add":
            self.told.focus = f"visual-{name}"

    def _action(self) -> str:
        """Raises CannotEdit."""
        text = self.posted.typed("add_action")
        if ":" in text or text == EVERYTHING:
            return text
        if service := self.posted.text("service_was"):
            return f"{service}:{text}"
        raise CannotEdit(f"{text} names no service: write it with one, such as s3:{text}.")

    def _resource(self) -> str:
        """Raises CannotEdit."""
        text = self.posted.typed("add_resource")
        if text == EVERYTHING or text.startswith(("arn:", "${")) or set(text) == {EVERYTHING}:
            return text
        raise CannotEdit(f"{text[:60]} is no resource: write an ARN, which begins with arn:, or * for everything.")

    def _add_principal(self) -> None:
        kind = self.posted.text("new_kind")
        if self.button.adds("principal") and (kind == EVERYBODY or self.posted.text("new_principal")):

            def edit(draft: VisualDraft, on: VisualStatement) -> str:
                return with_principal(draft, on, kind, self.posted.typed("new_principal"))

            self._added("new_principal", edit, "new_principal", "new_kind")

    def _add_condition(self) -> None:
        posted = self.posted
        is_asked_for = self.button.verb == "add" and self.button.word() == "condition"
        if self.button.adds("condition") and (is_asked_for or posted.text("new_key")):

            def edit(draft: VisualDraft, on: VisualStatement) -> str:
                key, value = posted.typed("new_key"), posted.typed("new_value")
                return with_condition(draft, on, key, posted.text("new_operator"), value)

            self._added("new_key", edit, "new_key", "new_operator", "new_value")

    # ---- Other statements, and other views -----------------------------------------------------------------------
    def _go_on(self) -> None:
        verb = self.button.verb
        step = _STEPS.get(verb)
        if step is None:
            return
        try:
            step(self, self.button)
        except CannotEdit as refusal:
            self.told.refusals["statement"] = refusal.sentence

    def seen(self, button: VisualButton) -> VisualStatement:
        """The statement that a button is about, if it was there as it was seen. Raises CannotEdit."""
        self.came.statement(button.number(), button.word(1))
        return self.draft.statements[button.number()]

    def _keep(self) -> None:
        """What is typed and isn't in the text is shown again."""
        if self.told.opened is None or self.posted.opened != self.told.opened:
            return
        values = [str(each) for each in self.posted.data if str(each).startswith("value_")]
        for name in (*_BOXES, *values, *self.told.refusals):
            if name not in self.done and name not in self.told.kept and (text := self.posted.text(name)):
                self.told.kept[name] = text


def _open(writer: FieldsWriter, button: VisualButton) -> None:
    number = writer.seen(button).number
    writer.told.opened, writer.told.focus = number, f"statement-{number}"


def _close(writer: FieldsWriter, button: VisualButton) -> None:
    writer.told.focus = f"open-{writer.told.opened}"
    writer.told.opened = None


def _new(writer: FieldsWriter, button: VisualButton) -> None:
    writer.draft = writer.draft.rewritten(with_new_statement(writer.draft))
    number = len(writer.draft.statements) - 1
    writer.told.opened, writer.told.focus = number, f"statement-{number}"
    writer.told.said = "A statement was added at the end. It does nothing until you choose actions."


def _remove(writer: FieldsWriter, button: VisualButton) -> None:
    statement = writer.seen(button)
    writer.draft = writer.draft.rewritten(without_statement(writer.draft, statement))
    writer.told.opened, writer.told.focus = None, "visual-new"
    writer.told.said = f"{title_of(statement)} was removed."


def _move(by: int) -> Callable[[FieldsWriter, VisualButton], None]:
    def move(writer: FieldsWriter, button: VisualButton) -> None:
        statement = writer.seen(button)
        to = statement.number + by
        writer.draft = writer.draft.rewritten(with_statement_moved(writer.draft, statement, to))
        writer.told.opened, writer.told.focus = to, "visual-up" if by < 0 else "visual-down"
        writer.told.said = f"{title_of(statement)} is number {to + 1} now."

    return move


def _copy(writer: FieldsWriter, button: VisualButton) -> None:
    statement = writer.seen(button)
    writer.draft = writer.draft.rewritten(with_statement_copied(writer.draft, statement))
    writer.told.opened = statement.number + 1
    writer.told.focus = f"statement-{writer.told.opened}"
    writer.told.said = f"{title_of(statement)} was copied: this is the copy."


def _suggest(writer: FieldsWriter, button: VisualButton) -> None:
    """Puts a key in the field of a new condition."""
    writer.told.kept["new_key"], writer.told.focus = button.word(), "visual-new_value"


def _as_json(writer: FieldsWriter, button: VisualButton) -> None:
    writer.told.view = JSON
    if button.about:
        statement = writer.seen(button)
        writer.told.opened = statement.number


def title_of(statement: VisualStatement) -> str:
    """The Sid, or its number from 1."""
    return statement.read.sid if statement.read and statement.read.sid else f"Statement {statement.number + 1}"


_STEPS: Mapping[str, Callable[[FieldsWriter, VisualButton], None]] = {
    "open": _open,
    "close": _close,
    "new": _new,
    "remove": _remove,
    "up": _move(-1),
    "down": _move(1),
    "copy": _copy,
    "json": _as_json,
    "suggest": _suggest,
}
