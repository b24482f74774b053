"""What an operator decides where nobody else can tell: whose it is, what appeared while a call of ours was out.

A call at most once, such as one that makes an access key, may have been done although its answer was lost: then what
it made is of no use, since AWS said its secret in that answer. Or a colleague made it in the same moment. Nothing is
deleted by guess.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from accounts.models import Operator
from sync import operations
from sync.changes import verbs
from sync.changes.errors import PlanError
from sync.changes.follow_ups import plan_again
from sync.changes.steps import created_ids, planned_step
from sync.models import Change, Step

DECIDABLE = (Change.State.UNKNOWN, Change.State.CONFLICTED)


@dataclass(frozen=True)
class AppearedObjects:
    """What is there and wasn't when the step was sent, by AWS's ids."""

    step: Step
    ids: tuple[str, ...]


def appeared_objects(change: Change) -> AppearedObjects | None:
    """None where there is nothing to decide."""
    if change.state not in DECIDABLE:
        return None
    for step in change.steps.all():
        if step.state in DECIDABLE and (ids := step.error.get("appeared")):
            return AppearedObjects(step, tuple(ids))
    return None


@transaction.atomic
def leave_what_appeared(*, change: Change, actor: Operator) -> Change:
    """It isn't ours: it stays, and what is left is planned again. Raises PlanError."""
    found = _to_decide(change)
    new = plan_again(change, actor, states=DECIDABLE)
    verbs.record("change.left_what_appeared", change, actor=actor, what=", ".join(found.ids))
    return new


@transaction.atomic
def delete_what_appeared(*, change: Change, which: str, actor: Operator) -> Change:
    """`which` is ours: a plan that deletes it and then does what is left. Raises PlanError."""
    found = _to_decide(change)
    if which not in found.ids:
        raise PlanError(f"{which[:80]} didn't appear while the change was carried out.")
    operation = operations.registry[found.step.kind]
    params = planned_step(found.step, created_ids(change)).params
    new = plan_again(change, actor, states=DECIDABLE, first=operation.discard(params, which))
    verbs.record("change.owned_what_appeared", change, actor=actor, what=which)
    return new


def _to_decide(change: Change) -> AppearedObjects:
    found = appeared_objects(change)
    if found is None:
        raise PlanError("There is nothing to decide: nothing appeared while the change was carried out.")
    return found
