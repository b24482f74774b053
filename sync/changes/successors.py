"""Changes that follow from others: the reverse of what was done, and the same intent on what is there now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Operator
from sync import operations, sealed
from sync.changes import removals, temporary, verbs
from sync.changes.errors import PlanError
from sync.changes.plan import again, foresee, propose
from sync.changes.rows import locked, say
from sync.changes.steps import ids_made
from sync.draft import Draft
from sync.made import made_by, resolved
from sync.models import Change, Step
from sync.operations import BadParams, Operation, Refusal, StepSpec


def propose_reverse(*, change: Change, actor: Operator, reason: str) -> Change:
    """A change that undoes what `change` did, in the opposite order. Raises PlanError.

    What can't be undone takes with it what was done before to the same part: a deleted key is not switched on again.
    """
    if change.state in Change.MOVING:
        raise PlanError("The change is still running: wait until it has ended.")
    steps: list[StepSpec] = []
    ids = ids_made(change)
    lost: set[str] = set()
    for step in change.steps.filter(state__in=Step.FINISHED).order_by("-position"):
        operation = operations.registry[step.kind]
        undoing = operation.reverse(operation.parse(resolved(step.params, ids)), step.before, step.result)
        if not undoing:
            lost.add(step.part)
        if step.part not in lost:
            steps += _behind(undoing, len(steps))
    if not steps:
        raise PlanError("There is nothing to reverse: none of its steps was done, or none can be undone.")
    title = f"Reverse of change {change.pk}: {change.title}"
    return propose(
        aws_account=change.aws_account, actor=actor, title=title, reason=reason, steps=steps, reverses=change
    )


def _behind(undoing: Sequence[StepSpec], before: int) -> list[StepSpec]:
    """What one step's reverse says of its own steps, by their positions in it, where so many come before them."""
    moved = {position: made_by(before + position) for position in range(1, len(undoing) + 1)}
    return [StepSpec(spec.kind, resolved(spec.params, moved)) for spec in undoing]


PLANNABLE = (Change.State.CONFLICTED, Change.State.EXPIRED, Change.State.FAILED)


def replan(*, change: Change, actor: Operator) -> Change:
    """A new change with what is left of the intent, on what the mirror has now; the old one is closed.

    Raises PlanError. What a step writes stays as its author had it; only what it finds is new.
    """
    return plan_again(change, actor)


@transaction.atomic
def plan_again(
    change: Change, actor: Operator, *, states: Sequence[Change.State] = PLANNABLE, first: Sequence[StepSpec] = ()
) -> Change:
    """`states`: those that it may be in; `first`: what is done before what is left. Raises PlanError."""
    with locked(change.pk) as change:
        if change.state not in states:
            raise PlanError(f"There is nothing to plan again: the change is {change.get_state_display().lower()}.")
        if change.ends_id:  # closed by a plan that waits for its people, the access would stay
            raise PlanError(removals.COMES_AGAIN)
        left = change.steps.exclude(state__in=Step.SETTLED)
        specs = _on_what_is_there(change, first, left)
        if not specs:
            raise PlanError("There is nothing left to do: AWS has it so already.")
        new = temporary.propose_until(
            until=change.until,
            aws_account=change.aws_account,
            actor=actor,
            title=change.title,
            reason=change.reason,
            steps=specs,
            reverses=change.reverses,
        )
        if change.state != Change.State.EXPIRED:
            change.state = Change.State.CANCELLED
            change.finished_at = timezone.now()
            left.update(state=Step.State.SKIPPED)
        sealed.erase_typed(change)  # what the new plan doesn't send again
        say(change, f"Planned again as change {new.pk}.")
        change.save()
        temporary.follow(change)
        verbs.record("change.cancelled", change, actor=actor)
    return new


def _on_what_is_there(change: Change, first: Iterable[StepSpec], left: Iterable[Step]) -> list[StepSpec]:
    """What a step that is left makes has another position in the new plan, and goes by that one there."""
    draft = Draft(change.aws_account)
    ids = ids_made(change)
    specs: list[StepSpec] = []
    try:
        for spec in first:
            specs += again(draft, spec)
        left = list(left)
        foresee(draft, [_parsed(StepSpec(step.kind, resolved(step.params, ids))) for step in left])
        for step in left:
            steps = again(draft, StepSpec(step.kind, resolved(step.params, ids)))
            specs += [replace(spec, is_optional=step.is_optional) for spec in steps]
            ids[step.position] = made_by(len(draft.steps))
    except (BadParams, Refusal) as refusal:
        raise PlanError(str(refusal)) from refusal
    return specs


def _parsed(spec: StepSpec) -> tuple[Operation[Any], Any]:
    operation = operations.registry[spec.kind]
    return operation, operation.parse(spec.params)
