"""An intent of an earlier plan on what is there now: whose edits it keeps, and whose it would undo.

Between the plan and now somebody else may have edited the same text. Where both edits fit together, the new plan has
both (Operation.merged). Where they don't, it would put back what was there before: that is said, and has to be meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync import operations
from sync.models import Change, Step
from sync.operation_mixins import WritesDocument
from sync.operations import Refusal, StepSpec
from sync.placeholders import resolved
from sync.plan_draft import Draft


@dataclass(frozen=True)
class RebasedStep:
    """`undoes`: a sentence about what it would undo; "" where it undoes nothing. `merges`: it has both edits."""

    spec: StepSpec
    undoes: str = ""
    merges: bool = False


def rebase_step(draft: Draft, step: Step, ids: Mapping[int, str]) -> RebasedStep:
    """Raises BadParams."""
    spec = StepSpec(step.kind, resolved(step.params, ids))
    operation = operations.registry[step.kind]
    params, expects = operation.parse(spec.params), resolved(step.expects, ids)
    if not isinstance(operation, WritesDocument) or not operation.replaces_text:
        return RebasedStep(spec)
    if operation.part(params) in draft.parts:  # it stands on a step before it
        return RebasedStep(spec)
    try:
        now = operation.mirrored(draft, params)
    except Refusal:
        return RebasedStep(spec)
    if now == expects:
        return RebasedStep(spec)
    return _on_another(draft, step, operation, params, (expects, now))


def _on_another(
    draft: Draft, step: Step, operation: WritesDocument[Any], params: Any, values: tuple[Any, Any]
) -> RebasedStep:
    spec = operation.spec(params)
    base, live = (operation.document(draft.aws_account, params, value) for value in values)
    if base == live:
        return RebasedStep(spec)
    if base is not None and live is not None:
        both = operation.merged(params, base, live)
        if both is not None:
            return RebasedStep(operation.spec(both), merges=both != params)
    if not operation.changes(params, values[1]):
        return RebasedStep(spec)  # it is so already
    return RebasedStep(spec, undoes=_whose(step))


def _whose(step: Step) -> str:
    """By the part: which change wrote it since, or else that nobody here did."""
    since = Step.objects.filter(
        change__aws_account=step.change.aws_account_id,
        part=step.part,
        state__in=Step.FINISHED,
        finished_at__gt=step.change.created_at,
    )
    last = since.exclude(change=step.change_id).order_by("-finished_at").select_related("change__requested_by").first()
    if last is None:
        return "This undoes what somebody changed outside this console since it was planned."
    other: Change = last.change
    return f"This undoes change {other.pk} by {other.requested_by}: {other.titled}."
