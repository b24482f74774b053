"""Lets an operator decide whether an object that appeared while a call of ours had no answer is ours.

A call at most once, such as one that makes an access key, may have been done although its answer was lost: then what
it made is of no use, since AWS said its secret in that answer. Or a colleague made it in the same moment. Nothing is
deleted by guess.
"""

from __future__ import annotations

from django.db import transaction

from accounts.models import Operator
from sync.changes import verbs
from sync.changes.errors import PlanError
from sync.changes.follow_ups import plan_again
from sync.changes.rules import check
from sync.changes.situation import AppearedObjects
from sync.changes.steps import created_ids, planned_step
from sync.changes.transitions import DELETE_APPEARED, LEAVE_APPEARED
from sync.models import Change
from sync.operation_mixins import AppearsAfterwards


@transaction.atomic
def leave_what_appeared(*, change: Change, actor: Operator) -> Change:
    """Leaves the object, which isn't ours, and plans again what is left. Raises PlanError."""
    found = _appeared(check(LEAVE_APPEARED, change, actor).appeared)
    new = plan_again(change, actor, LEAVE_APPEARED)
    verbs.record("change.left_what_appeared", change, actor=actor, what=", ".join(found.ids))
    return new


@transaction.atomic
def delete_what_appeared(*, change: Change, which: str, actor: Operator) -> Change:
    """Plans to delete `which`, which is ours, and then to do what is left. Raises PlanError."""
    found = _appeared(check(DELETE_APPEARED, change, actor).appeared)
    if which not in found.ids:
        raise PlanError(f"{which[:80]} didn't appear while the change was carried out.")
    planned = planned_step(found.step, created_ids(change))
    operation = planned.operation
    first = operation.discard(planned.params, which) if isinstance(operation, AppearsAfterwards) else ()
    new = plan_again(change, actor, DELETE_APPEARED, first=first)
    verbs.record("change.owned_what_appeared", change, actor=actor, what=which)
    return new


def _appeared(found: AppearedObjects | None) -> AppearedObjects:
    assert found is not None  # noqa: S101  by the rule of both events
    return found
