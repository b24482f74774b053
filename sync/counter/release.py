"""Releases a queue that is on hold: which changes wait in it, which may have been sent since, and how each goes on.

A database that was set back takes for unsent what was sent after it was copied. What AWS shows is looked at before it
is sent, as always. What AWS doesn't show, or what is sent at most once, goes on only when somebody has looked, at the
change itself, and asks for it there: until then its outcome is unknown.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import audit
from accounts.access import may
from accounts.models import Operator
from accounts.roles import ADMINISTER
from sync import clock
from sync.aws.errors import sentence_only
from sync.changes import PlanError, attempts, temporary
from sync.changes.bookkeeping import log_line, record, wake_after_commit
from sync.changes.steps import created_ids, planned_step
from sync.counter import outside
from sync.models import Change, SpanningChange, Step, StepCounter
from sync.operations import Gate, Guarantee, PlannedStep

logger = logging.getLogger(__name__)

State = Change.State

PERHAPS = "May have been sent since, and AWS doesn’t show it: nothing is sent unless somebody looks and retries it."
LOOKED_AT = "AWS is looked at first: it is sent only where it is still as the plan expects."
STOPPED = (
    "The queue was on hold while this waited, since the database was set back, and whoever released it let it not go "
    "on. It may have been sent before that: look at AWS first. What shows there is looked at before it is sent."
)


@dataclass(frozen=True)
class WaitingStep:
    position: int
    title: str
    is_seen: bool  # whether AWS shows that it was done

    @property
    def sentence(self) -> str:
        return LOOKED_AT if self.is_seen else PERHAPS


@dataclass(frozen=True)
class WaitingChange:
    change: Change
    steps: Sequence[WaitingStep]  # those that aren't done, by what the database knows

    @property
    def may_go_on(self) -> bool:
        return all(step.is_seen for step in self.steps)


@dataclass(frozen=True)
class ReleasedChanges:
    going_on: Sequence[int]
    stopped: Sequence[int]


def waiting_changes() -> list[WaitingChange]:
    """Those that workers would go on with, the oldest first."""
    rows = _waiting().select_related("aws_account", "applied_by", "requested_by").prefetch_related("steps")
    return [_waiting_change(change) for change in rows]


def ahead() -> QuerySet[Change]:
    """Those whose time is still to come: they stay scheduled."""
    rows = Change.objects.filter(state=State.SCHEDULED, started_at__isnull=True, not_before__gt=clock.now())
    return rows.select_related("aws_account").order_by("not_before")


def undecided() -> QuerySet[Change]:
    """Those that somebody may apply, and perhaps has applied already."""
    rows = Change.objects.filter(state__in=Change.UNDECIDED)
    return rows.select_related("aws_account").order_by("pk")


def may_release(operator: Operator) -> bool:
    return may(operator, ADMINISTER, None)


@transaction.atomic
def release(
    *, actor: Operator | None, going_on: Collection[int], reason: str = "", actor_name: str = ""
) -> ReleasedChanges:
    """Those `going_on` wait for a worker again; the outcome of all others is unknown from here on. Raises PlanError.

    Without an actor it comes from the command line.
    """
    if actor is not None and not may_release(actor):
        raise PlanError("Only owners of all AWS accounts release the queue.")
    row = StepCounter.objects.select_for_update().filter(on_hold_since__isnull=False).first()
    if row is None:
        raise PlanError("The queue isn’t on hold.")
    if Change.objects.filter(state=State.APPLYING).exclude(clock.is_silent()).exists():
        raise PlanError("A worker hasn't released a change yet. Try again in two minutes.")
    waiting = [
        _waiting_change(change) for change in _waiting().select_for_update(of=("self",)).prefetch_related("steps")
    ]
    wrong = sorted(set(going_on) - {each.change.pk for each in waiting if each.may_go_on})
    if wrong:
        raise PlanError(f"These can’t go on by themselves, or don’t wait: {', '.join(map(str, wrong))}.")
    for each in waiting:
        if each.change.pk in going_on:
            log_line(each.change, "The queue was released.")
            wake_after_commit(each.change.pk)
        else:
            _stop(each.change)
    # Which of their waves were begun since isn't known: whoever resumes one has looked.
    SpanningChange.objects.filter(finished_at=None, halted_at=None).exclude(released_at=None).update(
        halted_at=clock.now()
    )
    released = ReleasedChanges(
        sorted(going_on), sorted(each.change.pk for each in waiting if each.change.pk not in going_on)
    )
    _open(row)
    said = {"going_on": len(released.going_on), "stopped": len(released.stopped), "why": row.on_hold_why}
    which = {"changes_going_on": released.going_on, "changes_stopped": released.stopped}
    audit.record("queue.released", actor=actor, actor_name=actor_name, reason=reason, data={**said, **which})
    return released


def _waiting() -> QuerySet[Change]:
    at_gate = Q(state=State.SCHEDULED, started_at__isnull=False)
    overdue = Q(state=State.SCHEDULED, not_before__lte=clock.now())
    return Change.objects.filter(Q(state__in=Change.MOVING) | at_gate | overdue).order_by("pk")


def _waiting_change(change: Change) -> WaitingChange:
    ids = created_ids(change)
    left = [planned_step(step, ids) for step in change.steps.all() if step.state not in Step.FINISHED]
    return WaitingChange(change, [_waiting_step(step) for step in left])


def _waiting_step(step: PlannedStep) -> WaitingStep:
    operation = step.operation
    shows = operation.shows and operation.guarantee is not Guarantee.AT_MOST_ONCE
    return WaitingStep(step.position, operation.title(step.params), isinstance(operation, Gate) or shows)


def _stop(change: Change) -> None:
    """As a call whose answer was lost: an operator looks, then retries it or cancels it."""
    error = sentence_only("SetBack", STOPPED)
    left = change.steps.exclude(state__in=Step.FINISHED)
    for step in left.filter(state=Step.State.SENDING):
        attempts.close_open(step)
    left.update(state=Step.State.PENDING)
    first = left.order_by("position").first()
    if first is not None:
        Step.objects.filter(pk=first.pk).update(state=Step.State.UNKNOWN, error=error)
    change.state, change.claim, change.finished_at = State.UNKNOWN, "", clock.now()
    change.error = {**error, "step": first.position} if first else error
    change.cancel_asked = False
    change.save()
    change.leases.all().delete()
    log_line(change, STOPPED)
    record("change.unknown", change, actor=None, why=STOPPED)
    temporary.follow(change)


def _open(row: StepCounter) -> None:
    """Its number goes on above the one outside, so that each stands for one step only."""
    row.number = max(row.number, row.outside) + 1
    row.on_hold_since = None
    row.save()
    transaction.on_commit(lambda: _raise_outside(row))


def _raise_outside(row: StepCounter) -> None:
    try:
        outside.raise_to(row.installation, row.number)
    except outside.CounterUnreachable:
        logger.warning("The number of steps begun stands nowhere outside the database yet.")
