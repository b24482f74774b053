"""A conflict: what the plan stood on, what it would have written, and what is live, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accounts.models import AwsAccount
from iamconsole.web.diff import DiffLine, document_diff, laid_out
from sync.models import Step
from sync.operations import Operation, registry
from sync.views.outcome import done_words
from sync.views.steps import StepView

if TYPE_CHECKING:
    from sync.views.plan import Plan

WHOLE = 100_000  # lines of context: the three sides are read beside each other, so none leaves anything out


@dataclass(frozen=True)
class Side:
    name: str
    lede: str
    lines: list[DiffLine]


@dataclass(frozen=True)
class Conflict:
    title: str
    detail: str
    sides: tuple[Side, ...]


def conflict_of(plan: Plan) -> Conflict | None:
    stopped = plan.stopped
    if stopped is None or stopped.state != Step.State.CONFLICTED or stopped.error is None:
        return None
    return Conflict(
        f"Step {stopped.position} was not sent. {done_words(plan)}", stopped.error.sentence, _sides(plan, stopped)
    )


def _sides(plan: Plan, stopped: StepView) -> tuple[Side, ...]:
    """Base, ours and live: as documents where the operation has some, else in the words that it has for the part."""
    operation, step = registry[stopped.step.kind], stopped.step
    params, aws_account = operation.parse(step.params), plan.change.aws_account
    found = ((stopped.attempt.snapshot if stopped.attempt else None) or {}).get("part")
    ours = operation.writes(aws_account, params)
    if ours is None:
        base, live = operation.told(step.expects), operation.told(found)
        ours = operation.told(operation.after(params, step.expects))
    else:
        base = _document(operation, aws_account, params, step.expects)
        live = _document(operation, aws_account, params, found)
    return (
        Side("Base", f"when the plan was made: {operation.told(step.expects)}", _same(base)),
        Side("Ours", f"this change, {plan.change.requested_by}", _against(base, ours)),
        Side("Live", f"in AWS: {operation.told(found)}", _against(base, live)),
    )


def _document(operation: Operation[Any], aws_account: AwsAccount, params: Any, value: Any) -> str:
    return operation.document(aws_account, params, value) or "The mirror doesn’t hold this text."


def _against(base: str, other: str) -> list[DiffLine]:
    return document_diff(base, other, context=WHOLE) or _same(other)


def _same(text: str) -> list[DiffLine]:
    return [DiffLine(" ", line) for line in laid_out(text).splitlines()]
