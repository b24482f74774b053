"""Steps of a stored change, with the ids that AWS has given by now to what its earlier steps made."""

from __future__ import annotations

from collections.abc import Mapping

from sync import operations
from sync.models import Change, Step
from sync.operations import PlannedStep
from sync.placeholders import resolved


def created_ids(change: Change) -> dict[int, str]:
    """What AWS called the objects that its steps made, by the position of the step."""
    finished = change.steps.filter(state__in=Step.FINISHED, result__has_key="id")
    return {step.position: str(step.result["id"]) for step in finished}


def planned_step(step: Step, ids: Mapping[int, str]) -> PlannedStep:
    """As limits and checks look at it. `ids` as `created_ids` has them."""
    operation = operations.registry[step.kind]
    params = operation.parse(resolved(step.params, ids))
    return PlannedStep(step.position, operation, params, step.part, resolved(step.expects, ids))
