"""The lifecycle of a change, as operators drive it: apply, retry, leave out, look again, cancel."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from accounts import audit
from accounts.models import Operator
from sync import clock, sealed
from sync.aws.errors import sentence_only
from sync.changes import demands, removals, temporary
from sync.changes.bookkeeping import PlanError, handing_over, locked, log_line, record, wake_after_commit
from sync.changes.conditions import first_unsettled_before
from sync.changes.guards import Objection, objection, send_back
from sync.changes.rules import check
from sync.changes.transitions import APPLY_IT, CANCEL, LEAVE_OUT, LOOK_AGAIN, RETRY
from sync.models import Change, Step


def apply(*, change: Change, actor: Operator) -> Change:
    """Hands the change to the workers, now or when its time has come. Raises PlanError."""
    with handing_over(change.pk) as change:
        check(APPLY_IT, change, actor)
        against = hand_over(change, actor)
    if against:
        raise PlanError(against.sentence)
    return change


def hand_over(change: Change, actor: Operator) -> Objection | None:
    """Does so unless something stands against it, which it returns. The caller holds the rows of `handing_over`."""
    against = objection(change, actor)
    if against is None:
        _hand_over(change, actor)
    elif against.measured is not None:  # kept although it is refused: its people must read them
        send_back(change, against)
        log_line(change, against.sentence)
    change.save()
    return against


def hand_over_decided(change: Change, approver: Operator) -> None:
    """The same of what was asked for, on the word of who decided. What stands against it is on its page."""
    against = hand_over(change, approver)
    if against is not None and against.measured is None:
        change.error = sentence_only("Objection", against.sentence)
        log_line(change, against.sentence)
        change.save(update_fields=["error"])


def _is_for(change: Change, actor: Operator) -> None:
    """What the worker does is done for them, and caused from where they are."""
    change.applied_by, change.applied_from = actor, audit.address()


def _hand_over(change: Change, actor: Operator) -> None:
    _is_for(change, actor)
    change.error = {}
    demands.keep_in_force(change)
    if change.not_before and change.not_before > clock.now():
        change.state = Change.State.SCHEDULED
        change.expires_at = max(change.expires_at, change.not_before + timedelta(days=settings.CHANGE_EXPIRES_DAYS))
        log_line(change, f"Scheduled by {actor}.")
        record("change.scheduled", change, actor=actor, at=change.not_before.isoformat())
    else:
        _queue(change)
        log_line(change, f"{actor} asked to apply it.")
        record("change.apply_asked", change, actor=actor, digest=change.digest)


def retry(*, change: Change, actor: Operator, position: int | None = None) -> Change:
    """Goes on with the step that failed, as a new attempt. Raises PlanError.

    `position`: of independent steps, this one alone.

    Who retries a step of unknown outcome that can't be seen from outside says so that it was not done.
    """
    with handing_over(change.pk) as change:
        check(RETRY, change, actor)
        line = f"{actor} asked to go on." if position is None else f"{actor} asked to try step {position} again."
        _go_on(change, actor, line, position)
        record("change.retried", change, actor=actor)
    return change


def leave_out(*, change: Change, actor: Operator) -> Change:
    """Goes on without the step that stopped it, where the plan says that it may be left out. Raises PlanError."""
    with handing_over(change.pk) as change:
        step = check(LEAVE_OUT, change, actor).to_leave_out
        assert step is not None  # noqa: S101  by the rule of the event
        removals.check_may_decide(change, actor)
        step.state = Step.State.LEFT_OUT
        step.save(update_fields=["state"])
        _go_on(change, actor, f"{actor} left out step {step.position}.")
        why = step.error.get("sentence", "")
        record("change.step_left_out", change, actor=actor, step=step.position, why=why)
    return change


def _go_on(change: Change, actor: Operator, line: str, position: int | None = None) -> None:
    """The workers go on with what is left, or with one of independent steps. Raises PlanError where something stands
    against it.
    """
    if against := objection(change, actor):
        raise PlanError(against.sentence)
    left = change.steps.exclude(state__in=Step.SETTLED)
    if position is not None:
        left = left.filter(position=position)
        if not change.independent or not left.exists():
            raise PlanError(f"Step {position} can't be tried again by itself.")
        before = first_unsettled_before(left[0])
        if before is not None:
            raise PlanError(f"Step {position} is done only after step {before.position}: try that again first.")
    left.update(state=Step.State.PENDING, error={})
    _is_for(change, actor)
    change.error = {}
    change.cancel_asked = False
    log_line(change, line)
    _queue(change)
    change.save()


def look_again(*, change: Change, actor: Operator) -> Change:
    """Of a change that waits in the middle: looks now, and not when its time has come. Raises PlanError."""
    with locked(change.pk) as change:
        check(LOOK_AGAIN, change, actor)
        change.not_before = None
        _queue(change)
        log_line(change, f"{actor} asked to look again.")
        change.save()
    return change


def cancel(*, change: Change, actor: Operator, reason: str = "") -> Change:
    """At once when nothing runs, otherwise after the step that does. Raises PlanError.

    `reason`: where who asked for temporary access decides about its end alone (sync/changes/removals.py).
    """
    with locked(change.pk) as change:
        check(CANCEL, change, actor)
        removals.check_may_decide(change, actor, reason)
        stop(change, actor)
    return change


def stop(change: Change, actor: Operator | None) -> None:
    """The caller holds the row, and has looked whether it may be. `actor`: None where the console does it."""
    by = actor or "this console"
    if change.state == Change.State.APPLYING or _something_is_sent(change):
        change.cancel_asked = True
        log_line(change, f"To be stopped after the step that runs, by {by}.")
        record("change.cancel_asked", change, actor=actor)
    else:
        change.state = Change.State.CANCELLED
        change.finished_at = clock.now()
        change.steps.exclude(state__in=Step.SETTLED).update(state=Step.State.SKIPPED)
        change.leases.all().delete()
        log_line(change, f"Cancelled by {by}.")
        sealed.erase_typed(change)
        record("change.cancelled", change, actor=actor)
        temporary.follow(change)
    change.save()


def _queue(change: Change) -> None:
    change.state = Change.State.QUEUED
    change.queued_at = clock.now()
    change.finished_at = None
    wake_after_commit(change.pk)


def _something_is_sent(change: Change) -> bool:
    """A worker died over a step: the next one must first find out what became of it."""
    return change.steps.filter(state=Step.State.SENDING).exists()
