"""A conflict: what the plan stood on, what it would have written, and what is live, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accounts.models import AwsAccount
from iamconsole.web.diff import CONTEXT, DiffLine, laid_out, lines_of, text_diff
from iamconsole.web.words import counted
from sync.models import Step
from sync.operation_mixins import WritesDocument, written_document
from sync.operations import registry
from sync.views.outcome import done_words
from sync.views.steps import StepView

if TYPE_CHECKING:
    from sync.views.plan import Plan

WHOLE = 100_000  # lines of context: what is between the first and the last difference is shown on all sides


@dataclass(frozen=True)
class ConflictSide:
    name: str
    lede: str
    lines: list[DiffLine]


@dataclass(frozen=True)
class ConflictView:
    title: str
    detail: str
    sides: tuple[ConflictSide, ...]


def conflict_of(plan: Plan) -> ConflictView | None:
    stopped = plan.stopped
    if stopped is None or stopped.state != Step.State.CONFLICTED or stopped.error is None:
        return None
    return ConflictView(
        f"Step {stopped.position} was not sent. {done_words(plan)}", stopped.error.sentence, _sides(plan, stopped)
    )


def _sides(plan: Plan, stopped: StepView) -> tuple[ConflictSide, ...]:
    """Base, ours and live: as documents where the operation has some, else in the words that it has for the part."""
    operation, step = registry[stopped.step.kind], stopped.step
    params, aws_account = operation.parse(step.params), plan.change.aws_account
    found = ((stopped.attempt.snapshot if stopped.attempt else None) or {}).get("part")
    by_aws = stopped.error is not None and stopped.error.kind != "Conflicted"
    if by_aws and found == step.expects:  # AWS refused it, and what the plan stands on is as it was
        return ()
    ours = written_document(operation, aws_account, params)
    if ours is None or not isinstance(operation, WritesDocument):
        base, live = operation.describe(step.expects), operation.describe(found)
        ours = operation.describe(operation.after(params, step.expects))
    else:
        base = _document(operation, aws_account, params, step.expects)
        live = _document(operation, aws_account, params, found)
    lines = _compared(base, ours, live)
    return (
        ConflictSide("Base", f"when the plan was made: {operation.describe(step.expects)}", lines[0]),
        ConflictSide("Ours", f"this change, {plan.change.requested_by}", lines[1]),
        ConflictSide("Live", f"in AWS: {operation.describe(found)}", lines[2]),
    )


def _document(operation: WritesDocument[Any], aws_account: AwsAccount, params: Any, value: Any) -> str:
    return operation.document(aws_account, params, value) or "The mirror doesn’t hold this text."


def _compared(base: str, ours: str, live: str) -> tuple[list[DiffLine], list[DiffLine], list[DiffLine]]:
    """The three as lines, the last two with what differs from the first; what is alike at both ends is left out."""
    texts = [lines_of(laid_out(text)) for text in (base, ours, live)]
    head = _alike(texts)
    tail = _alike([text[head:][::-1] for text in texts])
    first, *others = ["\n".join(text[head : len(text) - tail]) for text in texts]
    cut = _left_out(texts[0][:head], from_end=True), _left_out(texts[0][len(texts[0]) - tail :], from_end=False)
    middle = [_same(first), *(text_diff(first, other, context=WHOLE) or _same(other) for other in others)]
    one, two, three = ([*cut[0], *lines, *cut[1]] for lines in middle)
    return one, two, three


def _alike(texts: list[list[str]]) -> int:
    """How many lines all of them begin with."""
    count = 0
    for lines in zip(*texts, strict=False):
        if len(set(lines)) > 1:
            break
        count += 1
    return count


def _left_out(lines: list[str], *, from_end: bool) -> list[DiffLine]:
    """Lines that are alike in all three: those next to a difference, and a count of the others."""
    if len(lines) <= CONTEXT + 1:
        return [DiffLine(" ", line) for line in lines]
    near = lines[-CONTEXT:] if from_end else lines[:CONTEXT]
    shown = [DiffLine(" ", line) for line in near]
    gap = DiffLine("…", counted(len(lines) - CONTEXT, "unchanged line"))
    return [gap, *shown] if from_end else [*shown, gap]


def _same(text: str) -> list[DiffLine]:
    return [DiffLine(" ", line) for line in lines_of(text)]
