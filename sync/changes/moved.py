"""What the mirror has seen change since a plan was made: applied as it is, the plan would stop there as conflicted."""

from __future__ import annotations

from dataclasses import dataclass

from sync import operations
from sync.models import Change, Step
from sync.operations import BadParams, Refusal


@dataclass(frozen=True)
class Moved:
    position: int  # of the step
    expected: str  # in words, as the operation tells the part
    found: str


def moved(change: Change) -> list[Moved]:
    """The first step of each part whose expectation no longer holds in the mirror. Asks the mirror only, not AWS."""
    found: list[Moved] = []
    parts: set[str] = set()
    for step in change.steps.exclude(state__in=Step.FINISHED):
        operation = operations.registry.get(step.kind)
        if operation is None or step.part in parts:
            continue
        parts.add(step.part)  # what follows it expects what it leaves
        try:
            value = operation.mirrored(change.aws_account, operation.parse(step.params))
            now = operation.told(value)
        except BadParams:
            continue
        except Refusal as refusal:
            value, now = None, str(refusal)
        if value != step.expects:
            found.append(Moved(step.position, operation.told(step.expects), now))
    return found
