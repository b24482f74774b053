"""What the mirror has seen change since a plan was made: applied as it is, the plan would stop there as conflicted."""

from __future__ import annotations

from dataclasses import dataclass

from sync import operations
from sync.changes.steps import ids_made, planned_step
from sync.draft import Draft
from sync.models import Change, Step
from sync.operations import BadParams, Planned, Refusal


@dataclass(frozen=True)
class Moved:
    position: int  # of the step
    expected: str  # in words, as the operation tells the part
    found: str


def moved(change: Change) -> list[Moved]:
    """The steps whose expectation no longer holds in the mirror; of each part, the first. Asks the mirror, not AWS."""
    found: list[Moved] = []
    draft, ids = Draft(change.aws_account), ids_made(change)
    for step in change.steps.exclude(state__in=Step.FINISHED):
        if step.kind not in operations.registry:
            continue
        try:
            planned = planned_step(step, ids)
        except BadParams:
            continue
        if step.part not in draft.parts and (what := _found_instead(draft, planned)):
            found.append(Moved(step.position, planned.operation.told(planned.expects), what))
        draft.take(planned)
    return found


def _found_instead(draft: Draft, step: Planned) -> str:
    """What the mirror has where it isn't what the step expects; "" where it is."""
    try:
        value = step.operation.mirrored(draft, step.params)
    except Refusal as refusal:
        return str(refusal)
    return "" if value == step.expects else step.operation.told(value)
