"""What becomes of a released change across AWS accounts by itself: a wave is begun when the last one is applied, and
nothing more is once one of its changes has stopped.

A worker looks whenever something was decided about one of the changes, and the tick each minute. All of it may be done
twice, and by several at once: each change is begun in a transaction of its own that holds the row of the whole, and
only from a state in which nothing of it was begun. Whoever dies in between leaves what the next one goes on with.
"""

from __future__ import annotations

import time

from django.conf import settings

from accounts import audit
from accounts.models import Operator
from sync import clock, counter
from sync.aws.errors import sentence_only
from sync.changes import demands, notices
from sync.changes.approvers import valid_approvals
from sync.changes.bookkeeping import log_line, record
from sync.changes.failpoints import FailPoint, passing
from sync.changes.lifecycle import hand_over
from sync.changes.span import was_begun
from sync.changes.system_events import BEGIN_IN_WAVE, HOLD_BACK
from sync.error_isolation import for_each_isolated
from sync.models import Change, SpanningChange
from sync.queue import ADVANCE, wake
from sync.spanning.locks import lock_if_free, locked_span_alone
from sync.spanning.state import SpanSituation

State = Change.State
WHY_VOID = "Another plan of the change across AWS accounts is no longer the one that was approved with this one."


def advance_open() -> None:
    """For the tick: all that aren't over. One that somebody holds gets its turn a minute later."""
    rows = SpanningChange.objects.filter(finished_at=None).order_by("pk")
    for_each_isolated(list(rows.values_list("pk", flat=True)), lambda pk: advance(pk, waits=False))


def advance(pk: int, *, waits: bool = True) -> None:
    """Does what is due. `waits`: for who holds its row just now."""
    with locked_span_alone(pk, waits=waits) as at:
        if at is None or at.span.finished_at is not None:
            return
        _void_stale_approvals(at)
        if _finish(at):
            return
        if at.is_halted:
            _halt(at)
            return
        due = _due(at)
    if not due or not counter.look():  # the queue is on hold
        return
    end_of_slice = time.monotonic() + settings.WORKER_SLICE_S
    for change in due:
        if time.monotonic() > end_of_slice:
            wake(ADVANCE, pk)
            return
        if not _begin(pk, change, waits=waits):
            return


def _due(at: SpanSituation) -> list[Change]:
    """Those that may be begun now."""
    if at.span.released_at is None or not at.span.is_open or at.is_halted or at.wave is None:
        return []
    return [each for each in at.wave.changes if each.state in BEGIN_IN_WAVE.starts_from]


def _begin(pk: int, change: Change, *, waits: bool) -> bool:
    """Whether the next one may be begun, too."""
    passing(FailPoint.IN_WAVE)
    with locked_span_alone(pk, waits=waits) as at:
        if at is None or change.pk not in {each.pk for each in _due(at)}:
            return at is not None
        with lock_if_free(change) as ours, audit.caused_from(at.span.released_from):
            if ours is None or ours.state not in BEGIN_IN_WAVE.starts_from:
                return True
            released_by = at.span.released_by
            assert released_by is not None  # noqa: S101  it was released
            Operator.objects.select_for_update(no_key=True).get(pk=ours.requested_by_id)
            against = hand_over(ours, released_by)
            if against is None:
                return True
            ours.error = sentence_only("Objection", against.sentence)
            ours.save(update_fields=["error"])
            log_line(ours, f"Not begun in its wave: {against.sentence}")
            _mark_halted(at, ours, against.sentence)
            return False


# ---- Halting -------------------------------------------------------------------------------------------------------
def _halt(at: SpanSituation) -> None:
    """Notes that it is halted, and holds back what no worker has begun yet."""
    if at.span.halted_at is None:
        stopped = at.stopped[0]
        _mark_halted(at, stopped, str(stopped.error.get("sentence", "")) or stopped.get_state_display())
    for each in at.included:
        if each.state in HOLD_BACK.starts_from:
            _hold_back(each)


def _mark_halted(at: SpanSituation, by: Change, why: str) -> None:
    at.span.halted_at = clock.now()
    at.span.save(update_fields=["halted_at"])
    record("change.across_halted", by, actor=None, why=why)


def _hold_back(change: Change) -> None:
    with lock_if_free(change) as ours:
        if ours is None or ours.state not in HOLD_BACK.starts_from or ours.cancel_asked or was_begun(ours):
            return
        unmet = demands.unmet_demands(ours, valid_approvals(ours))
        ours.state = State.PROPOSED if unmet else State.APPROVED
        ours.applied_by = ours.applied_from = ours.queued_at = ours.started_at = None
        ours.leases.all().delete()
        log_line(ours, "Held back: another change of those across AWS accounts has stopped.")
        ours.save()


# ---- Its end, and approvals that no longer count -------------------------------------------------------------------
def _finish(at: SpanSituation) -> bool:
    """Whether it is over: nothing more of it is begun."""
    given_up = at.span.released_at is None and all(each.state in Change.GIVEN_UP for each in at.included)
    stays = at.moving if at.span.cancelled_at is not None else at.remaining
    if stays and not given_up:
        return False
    at.span.finished_at = clock.now()
    at.span.save(update_fields=["finished_at"])
    if at.span.cancelled_at is None and not given_up and at.included:
        last = max(at.included, key=lambda each: (each.finished_at or clock.now(), each.pk))
        record("change.across_applied", last, actor=at.span.released_by)
    return True


def _void_stale_approvals(at: SpanSituation) -> None:
    """Those of plans that nobody has begun, and that signed something else of the whole than it is now."""
    voided = []
    for each in at.included:
        stale = each.approvals.filter(approved=True, void=False).exclude(span_digest=at.digest)
        if each.state not in Change.UNDECIDED or not stale.exists() or was_begun(each):
            continue
        with lock_if_free(each) as ours:
            if ours is None or ours.state not in Change.UNDECIDED:
                continue
            stale.update(void=True)
            if demands.unmet_demands(ours, valid_approvals(ours)):
                ours.state = State.PROPOSED
                ours.save(update_fields=["state"])
            record("change.approvals_voided", ours, actor=None, why=WHY_VOID)
            voided.append(ours)
    for each in voided[:1]:  # one message for all of them
        notices.notify("change.across_approvals_voided", each)
