"""A step as the plan page and the progress show it: in words, as the exact calls, as a difference of texts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from accounts.models import AwsAccount, Risk
from iamconsole.web.diff import DiffLine, document_diff
from iamconsole.web.vocabulary import state_of
from iamconsole.web.words import counted, duration
from sync.changes.demands import prefetched_draft, risk_of
from sync.changes.steps import planned_step
from sync.models import Attempt, Change, Step
from sync.operation_mixins import RedoneByReverses, WritesDocument
from sync.operations import BadParams, Call, Gate, Operation, Refusal, StepCondition, Undo, registry
from sync.selectors import last_attempt
from sync.views.words import ErrorView

NOTES = {
    Undo.NEVER: "Can’t be undone.",
    Undo.NEW_ID: "What it removes can be made again, but under a new id.",
}
UNDO_KINDS = {Undo.NEVER: "danger", Undo.NEW_ID: "warn"}
LONGEST_SHOWN = 200  # characters of a parameter; a document has its own panel


@dataclass(frozen=True)
class CallView:
    name: str  # "iam:CreatePolicyVersion"
    parameters: tuple[tuple[str, str], ...]  # names padded to one width
    command_line: str

    @classmethod
    def of(cls, call: Call) -> CallView:
        width = max((len(name) for name in call.parameters), default=0)
        parameters = tuple((name.ljust(width), _shown(value)) for name, value in call.parameters.items())
        return cls(f"{call.service}:{call.operation}", parameters, call.command_line())


@dataclass(frozen=True)
class TextDiff:
    label: str
    lines: list[DiffLine]

    @property
    def added(self) -> int:
        return sum(line.sign == "+" for line in self.lines)

    @property
    def removed(self) -> int:
        return sum(line.sign == "-" for line in self.lines)


@dataclass(frozen=True)
class RiskView:
    """How much is at stake, by which approval rules go, and why."""

    label: str
    kind: str  # the ink of it
    why: str


@dataclass(frozen=True)
class StepView:
    step: Step
    attempt: Attempt | None
    tries: int
    error: ErrorView | None
    title: str
    note: str = ""
    undo: str = ""
    undo_kind: str = ""  # the ink of it
    destructive: bool = False
    waits: bool = False  # it sends nothing
    checks: bool = False  # of what waits: it looks once, and what follows is left out where it isn’t so
    calls: tuple[CallView, ...] = ()
    expects: str = ""
    diff: TextDiff | None = None
    risk: RiskView | None = None
    values: tuple[tuple[str, str], ...] = ()  # personal ones that it sets, for whom they may be told to

    @property
    def position(self) -> int:
        return self.step.position

    @property
    def state(self) -> str:
        return self.step.state

    @property
    def stopped(self) -> bool:
        """The change went no further."""
        return self.step.state in (Step.State.FAILED, Step.State.UNKNOWN, Step.State.CONFLICTED)

    @property
    def icon(self) -> str:
        return state_of(self.step.state).icon

    @property
    def icon_class(self) -> str:
        state = state_of(self.step.state)
        ink = "muted" if state.kind in ("", "muted") else f"ink-{state.kind}"
        return "ink-accent turning" if state.turning else ink

    @property
    def state_words(self) -> str:
        """ "Done · 412 ms", "Failed · 231 ms, 2 tries", "Not sent"."""
        word = "Done" if self.step.state in Step.FINISHED else state_of(self.step.state).word
        took = duration(self._took) if self._took is not None else ""
        tries = counted(self.tries, "try", "tries") if self.tries > 1 else ""
        details = ", ".join(part for part in (took, tries) if part)
        return f"{word} · {details}" if details else word

    @property
    def _took(self) -> timedelta | None:
        if self.attempt is None or self.attempt.finished_at is None:
            return None
        return self.attempt.finished_at - self.attempt.started_at

    @property
    def request_id(self) -> str:
        return self.attempt.request_id if self.attempt else ""

    @property
    def request_id_label(self) -> str:
        return f"the request id of step {self.position}"


def step_view(change: Change, step: Step) -> StepView:
    attempt = last_attempt(step)
    error = ErrorView.of(step.error or (attempt.error if attempt else {}))
    bare = StepView(step, attempt, len(step.attempts.all()), error, title=step.kind)
    operation = registry.get(step.kind)
    if operation is None:
        return replace(bare, note="This console no longer knows this kind of step.")
    try:
        params = operation.parse(step.params)
    except BadParams as problem:
        return replace(bare, note=str(problem))
    return replace(
        bare,
        title=operation.title(params),
        note=operation.note(params) or NOTES.get(operation.undo, ""),
        undo=_undo_said(operation),
        waits=isinstance(operation, Gate),
        checks=isinstance(operation, StepCondition),
        undo_kind=UNDO_KINDS.get(operation.undo, ""),
        destructive=operation.is_destructive(params),
        calls=tuple(CallView.of(call) for call in operation.calls(params)),
        expects=f"Expects to find {operation.describe(step.expects)}; anything else, and it stops and sends nothing.",
        diff=_diff(change, step, operation, params),
    )


def risks_of(aws_account: AwsAccount, steps: Sequence[Step]) -> dict[int, RiskView]:
    """By the position of the step, by the mirror as it is now; what waits, and what nobody knows any more, has none."""
    planned = []
    for step in steps:
        try:
            each = planned_step(step, {})
        except (BadParams, KeyError):
            continue
        if not isinstance(each.operation, Gate):
            planned.append(each)
    draft = prefetched_draft(aws_account, planned)
    found = {}
    for each in planned:
        risk, why = risk_of(draft, each.operation, each.params)
        found[each.position] = RiskView(str(risk.label), _RISK_KINDS.get(risk, ""), why)
    return found


_RISK_KINDS = {Risk.HIGH: "warn", Risk.DESTRUCTIVE: "danger", Risk.SECRET: "warn"}


def _undo_said(operation: Operation[Any]) -> str:
    return "Undone with the others" if isinstance(operation, RedoneByReverses) else str(operation.undo).capitalize()


def undo_of(step: Step) -> Undo | None:
    operation = registry.get(step.kind)
    return operation.undo if operation else None


def is_destructive(step: Step) -> bool:
    operation = registry.get(step.kind)
    try:
        return operation is not None and operation.is_destructive(operation.parse(step.params))
    except BadParams:
        return False


def name_to_type(change: Change) -> str:
    """The name of what the first destructive step destroys; "" when none does."""
    for step in change.steps.all():
        operation = registry.get(step.kind)
        if operation is None:
            continue
        try:
            params = operation.parse(step.params)
            if operation.is_destructive(params):
                return operation.affected_objects(change.aws_account, params)[0].name
        except (BadParams, Refusal, IndexError):
            return str(change.pk)  # gone from the mirror: the number of the change stands for it
    return ""


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str) if isinstance(value, dict | list | bool) else str(value)
    if len(text) > LONGEST_SHOWN:
        return f"{counted(len(text), 'character')}, shown under “Text”"
    return text


def _diff(change: Change, step: Step, operation: Operation[Any], params: Any) -> TextDiff | None:
    """The document that the step writes, against the one that the plan found."""
    if not isinstance(operation, WritesDocument):
        return None
    new = operation.writes(change.aws_account, params)
    if new is None:
        return None
    old = operation.document(change.aws_account, params, step.expects)
    lines = document_diff(old or "", new)
    label = f"what is there against what step {step.position} writes" if old else f"what step {step.position} writes"
    return TextDiff(label.capitalize(), lines) if lines else None
