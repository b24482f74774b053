"""The sweeper: once a minute, queues what is due and recovers what a dead worker or a lost message left.

Nothing here waits for a row that somebody else holds: a worker that was stopped in the middle of a transaction holds
its row until the database ends its session, and everything else goes on meanwhile.
"""

from __future__ import annotations

from django.db import transaction

from sync import clock, counter, sealed
from sync.changes import claims, removals, temporary
from sync.changes.bookkeeping import locked_if_free, log_line, record
from sync.changes.claims import Claim
from sync.changes.records import read_pending
from sync.changes.system_events import CLAIM, EXPIRE
from sync.error_isolation import for_each_isolated
from sync.models import Change, Lease
from sync.queue import APPLY, wake

State = Change.State


def take_back() -> None:
    """Takes back the claims of workers that stopped answering."""
    for_each_isolated(claims.abandoned(), _take_back)


def _take_back(claim: Claim) -> None:
    with locked_if_free(claim.change_id) as change:
        if change is None or change.state != State.APPLYING or change.claim != claim.token:
            return  # it ended, or another sweeper was faster, or its worker was stopped while it held the row
        if not clock.is_silent_since(change.heartbeat_at):
            return  # it has spoken since we looked
        change.state = State.QUEUED
        change.claim = ""
        log_line(change, "Its worker stopped answering; another one goes on.")
        change.save()


def expire() -> None:
    """Nothing while the queue is on hold: who looks at it may find that it was applied."""
    if counter.is_on_hold():
        return
    now = clock.now()
    due = Change.objects.filter(state__in=EXPIRE.starts_from, expires_at__lte=now)
    for_each_isolated(list(due.values_list("pk", flat=True)), _expire)


def _expire(pk: int) -> None:
    with locked_if_free(pk) as change:
        if change is not None and change.state in EXPIRE.starts_from:
            change.state = State.EXPIRED
            change.finished_at = clock.now()
            log_line(change, "Expired.")
            change.save()
            record("change.expired", change, actor=None)
            sealed.erase_typed(change)
            temporary.follow(change)


@transaction.atomic
def erase_secrets() -> None:
    for row in sealed.erase_expired():
        if row.change is not None:
            record("secret.expired", row.change, actor=None, who=str(row.operator), name=row.name)


def queue_scheduled() -> None:
    due = Change.objects.filter(state=State.SCHEDULED, not_before__lte=clock.now())
    for_each_isolated(list(due.values_list("pk", flat=True)), _queue_scheduled)


def _queue_scheduled(pk: int) -> None:
    with locked_if_free(pk) as change:
        if change is not None and change.state == State.SCHEDULED:
            change.state = State.QUEUED
            change.queued_at = clock.now()
            removals.follow_names(change)
            log_line(change, "Its time has come.")
            change.save()


def free_leases() -> None:
    Lease.objects.exclude(change__state__in=Change.MOVING).delete()


def wake_workers() -> None:
    """Sends the workers a message for each change that waits: one may have been lost. One too many does no harm."""
    waiting = Change.objects.filter(state__in=CLAIM.starts_from).order_by("queued_at")
    for pk in waiting.values_list("pk", flat=True):
        wake(APPLY, pk)


# In this order; each by itself (sync/ticks.py).
PARTS = (
    take_back,
    expire,
    erase_secrets,
    queue_scheduled,
    removals.bring_back,
    temporary.warn_of_ends,
    free_leases,
    read_pending,
    wake_workers,
)


def sweep_due() -> None:
    for part in PARTS:
        part()
