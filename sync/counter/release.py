"""Releases a queue that is on hold: which changes wait in it, which may have been sent since, and how each goes on.

A database that was set back takes for unsent what was sent after it was copied. Owners decide about each open change by
what AWS says of it now (sync/held/), and then the queue is released. From the command line it is released as a whole:
what AWS doesn't show, or what is sent at most once, can't be named there, and its outcome is unknown until somebody has
looked, at the change itself. What needed approvals goes on only as owners decided on the page, where two of them do.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.access import may
from accounts.models import Operator
from accounts.roles import ADMINISTER
from iamconsole.web.words import counted
from notifications import outbox
from sync import clock
from sync.aws.errors import sentence_only
from sync.changes import PlanError, attempts, temporary
from sync.changes.bookkeeping import log_line, record, wake_after_commit
from sync.changes.steps import created_ids, planned_step
from sync.counter import UNFINISHED, outside, status
from sync.held.changes import undecided
from sync.held.deciding import needs_second_owner
from sync.models import Change, HeldDecision, SpanningChange, Step, StepCounter
from sync.operations import Gate, Guarantee, PlannedStep

logger = logging.getLogger(__name__)

State = Change.State

PERHAPS = "May have been sent since, and AWS doesn’t show it: nothing is sent unless somebody looks and retries it."
LOOKED_AT = "AWS is looked at first: it is sent only where it is still as the plan expects."
NOT_TOLD = "It waited when the queue was put on hold, and may have been sent before that."
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
    is_released: bool  # by owners, on the page
    needs_owners: bool  # … who haven't

    @property
    def may_go_on(self) -> bool:
        return self.is_released or (not self.needs_owners and all(step.is_seen for step in self.steps))

    @property
    def ends_access_later(self) -> bool:
        return self.change.ends_id is not None and self.change.scheduled_for is not None


@dataclass(frozen=True)
class ReleasedChanges:
    going_on: Sequence[int]
    stopped: Sequence[int]


def waiting_changes() -> list[WaitingChange]:
    """Those that workers would go on with, now or at their time, the oldest first."""
    since = status().on_hold_since
    if since is None:
        return []
    rows = _waiting(since).select_related("aws_account", "applied_by", "requested_by").prefetch_related("steps")
    return [_waiting_change(change) for change in rows]


def may_release(operator: Operator) -> bool:
    return may(operator, ADMINISTER, None)


@transaction.atomic
def release(
    *,
    actor: Operator | None,
    going_on: Collection[int] = (),
    reason: str = "",
    actor_name: str = "",
    tells_old: bool = False,
) -> ReleasedChanges:
    """What owners released goes on, and those `going_on`. Raises PlanError.

    By an actor only when everything is decided (sync/held/). Without one, from the command line, the outcome of all
    others is unknown from here on, but for ends of access, which come at their time. `tells_old`: notifications that
    waited when the hold began are sent, and not dropped.
    """
    row, since = _held_row(actor)
    if Change.objects.filter(state=State.APPLYING).exclude(clock.is_silent()).exists():
        raise PlanError("A worker hasn't released a change yet. Try again in two minutes.")
    if actor is not None and (left := undecided(since).count()):
        raise PlanError(f"A decision is missing about {counted(left, 'change')}.")
    waiting = [
        _waiting_change(each) for each in _waiting(since).select_for_update(of=("self",)).prefetch_related("steps")
    ]
    _check_going_on(waiting, set(going_on))
    released = _let_go_on(waiting, {*going_on, *(each.change.pk for each in waiting if each.is_released)})
    HeldDecision.objects.all().delete()
    # Which of their waves were begun since isn't known: whoever resumes one has looked.
    SpanningChange.objects.filter(finished_at=None, halted_at=None).exclude(released_at=None).update(
        halted_at=clock.now()
    )
    dropped = 0 if tells_old else outbox.drop_older(since, said=NOT_TOLD)
    _open(row)
    said = {"going_on": len(released.going_on), "stopped": len(released.stopped), "why": row.on_hold_why}
    which = {
        "changes_going_on": released.going_on,
        "changes_stopped": released.stopped,
        "notifications_dropped": dropped,
    }
    audit.record("queue.released", actor=actor, actor_name=actor_name, reason=reason, data={**said, **which})
    return released


def _check_going_on(waiting: Sequence[WaitingChange], going_on: set[int]) -> None:
    """Raises PlanError."""
    if left := [each.change.pk for each in waiting if each.needs_owners and each.change.pk in going_on]:
        words = "These needed approvals: owners decide about them on the page On hold, and another one confirms it"
        raise PlanError(f"{words}: {_numbers(left)}.")
    if wrong := going_on - {each.change.pk for each in waiting if each.may_go_on}:
        raise PlanError(f"These can’t go on by themselves, or don’t wait: {_numbers(wrong)}.")


def _numbers(of: Collection[int]) -> str:
    return ", ".join(map(str, sorted(of)))


def _held_row(actor: Operator | None) -> tuple[StepCounter, datetime]:
    """The one row, locked, and since when the queue is on hold. Raises PlanError."""
    if actor is not None and not may_release(actor):
        raise PlanError("Only owners of all AWS accounts release the queue.")
    row = StepCounter.objects.select_for_update().filter(on_hold_since__isnull=False).first()
    if row is None or row.on_hold_since is None:
        raise PlanError("The queue isn’t on hold.")
    if row.on_hold_why == UNFINISHED:
        raise PlanError(UNFINISHED)
    return row, row.on_hold_since


def _let_go_on(waiting: Sequence[WaitingChange], going_on: Collection[int]) -> ReleasedChanges:
    stopped = []
    for each in waiting:
        if each.change.pk in going_on:
            log_line(each.change, "The queue was released.")
            wake_after_commit(each.change.pk)
        elif not each.ends_access_later:
            _stop(each.change)
            stopped.append(each.change.pk)
    return ReleasedChanges([each.change.pk for each in waiting if each.change.pk in going_on], stopped)


def _waiting(since: datetime) -> QuerySet[Change]:
    """What is newer than the hold goes on by itself."""
    moving = Change.objects.filter(state__in=(*Change.MOVING, State.SCHEDULED), created_at__lt=since)
    return moving.order_by("pk")


def _waiting_change(change: Change) -> WaitingChange:
    ids = created_ids(change)
    left = [planned_step(step, ids) for step in change.steps.all() if step.state not in Step.FINISHED]
    decided = HeldDecision.objects.filter(change=change, is_in_force=True).exists()
    needs_owners = not decided and needs_second_owner(change, besides=None)
    return WaitingChange(change, [_waiting_step(step) for step in left], decided, needs_owners)


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
    """Its number goes on above the one outside, so that each stands for one step only. Raises PlanError."""
    try:
        largest = outside.read(row.installation)
    except outside.CounterUnreachable:
        raise PlanError("What stands outside the database (Redis, or COUNTER_DIR) can’t be read. Try again.") from None
    row.number = max(row.number, row.outside, largest) + 1
    row.on_hold_since = None
    row.save()
    transaction.on_commit(lambda: _raise_outside(row))


def _raise_outside(row: StepCounter) -> None:
    try:
        outside.raise_to(row.installation, row.number)
    except outside.CounterUnreachable:
        logger.warning("The number of steps begun stands nowhere outside the database yet.")
