"""Steps of a stored change, with the ids that AWS has given by now to what its earlier steps made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sync import operations
from sync.models import Change, Step
from sync.operations import BadParams, PlannedStep, StepSpec
from sync.placeholders import positions_in, resolved


def created_ids(change: Change) -> dict[int, str]:
    """What AWS called the objects that its steps made, by the position of the step."""
    finished = change.steps.filter(state__in=Step.FINISHED, result__has_key="id")
    return {position: str(result["id"]) for position, result in finished.values_list("position", "result")}


def planned_step(step: Step, ids: Mapping[int, str]) -> PlannedStep:
    """As limits and checks look at it. `ids` as `created_ids` has them."""
    operation = operations.registry[step.kind]
    params = operation.parse(resolved(step.params, ids))
    return PlannedStep(step.position, operation, params, step.part, resolved(step.expects, ids))


def reversals(change: Change) -> Iterator[tuple[Step, Sequence[StepSpec]]]:
    """Each step that was done with the steps that undo it, the last one first.

    None undo what can't be undone, and what was done before that to the same part: a deleted key is not switched on
    again. Who wants to know only whether there are any reads no more steps than it takes to find one.
    """
    ids = created_ids(change)
    lost: set[str] = set()
    finished = change.steps.filter(state__in=Step.FINISHED).order_by("-position")
    for step in finished.iterator(chunk_size=100):
        undoing = () if step.part in lost else _undoing(step, ids)
        lost |= set() if undoing else {step.part}
        yield step, undoing


def _undoing(step: Step, ids: Mapping[int, str]) -> Sequence[StepSpec]:
    operation = operations.registry.get(step.kind)
    if operation is None:
        return ()
    try:
        params = operation.parse(resolved(step.params, ids))
    except BadParams:
        return ()
    return operation.reverse(params, step.before, step.result)


def why_needed(step: Step) -> str:
    """Why a step can't be left out, in a sentence; "" where it can."""
    if not step.is_optional:
        return f"Step {step.position} can't be left out: the plan needs it."
    later = step.change.steps.filter(position__gt=step.position).exclude(state__in=Step.SETTLED)
    for each in later:
        if step.position in positions_in([each.params, each.expects]):
            return f"Step {step.position} can't be left out: step {each.position} is about what it makes."
    return ""
