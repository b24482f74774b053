"""Ends a worker's work on a change: each ending is one transaction under the claim, and frees the leases."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction

from iamconsole.web.words import counted
from monitoring import catalogue
from monitoring.counting import count
from sync import clock, mirror, operations, pull, refresh, sealed
from sync.aws.errors import sentence_only
from sync.changes import attempts, temporary
from sync.changes.bookkeeping import log_line, record, wake_after_commit
from sync.changes.claims import ChangeClaimLost, Claim, release_leases
from sync.changes.conditions import unmet_of
from sync.changes.guards import Objection, send_back, void_approvals
from sync.changes.steps import created_ids
from sync.models import Change, MirroredRow, Run, Step
from sync.operations import object_made
from sync.placeholders import resolved

CHANGES = catalogue.counter("changes", "Changes that workers carried out as far as they went, by outcome", "outcome")

log = logging.getLogger(__name__)
_MOST_TOLD = 5


@contextmanager
def _ending(claim: Claim, state: Change.State) -> Iterator[Change]:
    with claim.held() as change:
        change.state = state
        change.claim = ""
        change.cancel_asked = False
        change.finished_at = clock.now()
        yield change
        if change.state != Change.State.SCHEDULED:  # it goes on later
            read_created(change)
        temporary.follow(change)
        release_leases(change)
        if change.state != Change.State.SCHEDULED:
            transaction.on_commit(partial(count, CHANGES, str(change.state)))


def mark_applied(claim: Claim) -> None:
    with _ending(claim, Change.State.APPLIED) as change:
        log_line(change, "Applied.")
        tell_unmet(change)
        record("change.applied", change, actor=change.applied_by, reason=change.reason)
        sealed.erase_typed(change)


def tell_unmet(change: Change) -> None:
    """In the transaction that ends it."""
    if unmet := unmet_of(change):
        why = " ".join(step.error["sentence"] for step in unmet[:_MOST_TOLD])
        more = f" And {counted(len(unmet) - _MOST_TOLD, 'more')}." if len(unmet) > _MOST_TOLD else ""
        record("change.partly_left_out", change, actor=change.applied_by, why=f"{why}{more}")


def mark_each_tried(claim: Claim) -> None:
    """Of independent steps some may have stopped: the first of those that can be retried says why."""
    stopped = list(Step.objects.filter(change=claim.change_id, state__in=Step.STOPPED))
    if not stopped:
        mark_applied(claim)
        return
    first = min(stopped, key=lambda step: (Step.STOPPED.index(Step.State(step.state)), step.position))
    mark_stopped(claim, first, first.error, Step.State(first.state))


def mark_cancelled(claim: Claim) -> None:
    with _ending(claim, Change.State.CANCELLED) as change:
        _unfinished(change).update(state=Step.State.SKIPPED)
        log_line(change, "Stopped, as asked.")
        sealed.erase_typed(change)
        record("change.cancelled", change, actor=change.applied_by)


def mark_stopped(claim: Claim, step: Step, error: dict[str, Any], ended: Step.State) -> None:
    """A step failed, conflicted or has an unknown outcome. What comes after it was not sent, unless all of them are
    independent.
    """
    state = Change.State(ended.value)
    with _ending(claim, state) as change:
        change.error = {**error, "step": step.position}
        log_line(change, _stopped_words(change, step))
        tell_unmet(change)
        data = {"why": _why(step, error), "request_id": error.get("request_id", "")}
        record(f"change.{state.value}", change, actor=change.applied_by, reason=change.reason, **data)


def turn_back(claim: Claim, against: Objection) -> None:
    """Sends a change that may not go on back to its operators, or stops it where a part was done already."""
    with _ending(claim, against.state) as change:
        log_line(change, f"Not sent: {against.sentence}")
        if change.steps.filter(state__in=Step.FINISHED).exists():
            change.state = Change.State.FAILED
        if change.state == Change.State.PROPOSED:
            send_back(change, against)
            return
        change.error = sentence_only("Objection", against.sentence)
        void_approvals(change, against)
        if change.state == Change.State.EXPIRED:
            sealed.erase_typed(change)
            record("change.expired", change, actor=None)
        else:
            record("change.failed", change, actor=change.applied_by, why=against.sentence)


def hand_on(claim: Claim) -> None:
    """No task runs longer than a minute, or while a new change waits. The change keeps its leases; the next goes on."""
    with claim.held() as change:
        change.state = Change.State.QUEUED
        change.claim = ""
        change.queued_at = clock.now()
        wake_after_commit(change.pk)


def hand_back(claim: Claim, why: str) -> None:
    """Hands the change back while nothing may be sent: frees its leases; the tick wakes a worker to try again."""
    try:
        with claim.held() as change:
            change.state = Change.State.QUEUED
            change.claim = ""
            change.leases.all().delete()
            log_line(change, why)
    except ChangeClaimLost:
        log.warning("Another worker took over change %s.", claim.change_id)


def postpone(claim: Claim, at: datetime) -> None:
    """Lets the change wait for its gate: frees the leases meanwhile; the waiting doesn't let it expire."""
    with _ending(claim, Change.State.SCHEDULED) as change:
        change.not_before, change.finished_at = at, None
        change.expires_at = max(change.expires_at, at + timedelta(days=settings.CHANGE_EXPIRES_DAYS))
        sealed.keep_longer(change)


def break_off(claim: Claim, error: dict[str, Any]) -> None:
    """Stops a change after an error outside the protocol of a step. A step that may have been sent is unknown: a retry
    finds out.
    """
    try:
        with _ending(claim, Change.State.FAILED) as change:
            change.error = error
            for step in change.steps.filter(state=Step.State.SENDING):
                _break_off(step, error)
                if step.state == Step.State.UNKNOWN:
                    change.state = Change.State.UNKNOWN
            log_line(change, error["sentence"])
            record(f"change.{change.state}", change, actor=change.applied_by, why=error["sentence"])
    except ChangeClaimLost:
        log.warning("Another worker took over change %s.", claim.change_id)


def _break_off(step: Step, error: dict[str, Any]) -> None:
    attempts.close_open(step)
    step.state = Step.State.UNKNOWN if attempts.perhaps_sent(step) else Step.State.FAILED
    step.error = error
    step.save(update_fields=["state", "error"])


def _unfinished(change: Change) -> Any:
    return change.steps.exclude(state__in=Step.SETTLED)


def _stopped_words(change: Change, step: Step) -> str:
    count = change.steps.count()
    if not change.independent:
        return f"Stopped at step {step.position} of {count}."
    stopped = change.steps.filter(state__in=Step.STOPPED).values_list("position", flat=True)
    left = _unfinished(change).exclude(state__in=Step.STOPPED).values_list("position", flat=True)
    waits = f" Not begun, since they wait for that: {', '.join(map(str, left))}." if left else ""
    rest = " The others were carried out." if len(stopped) + len(left) < count else ""
    return f"Not done of {counted(count, 'step')}: {', '.join(map(str, stopped))}.{waits}{rest}"


def _why(step: Step, error: dict[str, Any]) -> str:
    return f"step {step.position}: {error.get('sentence', '')}"


# ---- Objects that the steps created --------------------------------------------------------------------------------
# The page of a change links to them, and all of each is read when the change has ended.
MOST_READ_ALONE = 20  # objects; of more, a pull of everything is the shorter way


def created_by_steps(change: Change) -> list[tuple[str, str]]:
    """Kind and id of each object, in the order of the steps."""
    ids = created_ids(change)
    created: list[tuple[str, str]] = []
    for step in change.steps.filter(position__in=ids, state__in=Step.FINISHED):
        operation = operations.registry[step.kind]
        if key := object_made(operation, operation.parse(resolved(step.params, ids))):
            created.append((key.partition(":")[0], ids[step.position]))
    return created


def created_rows(change: Change, created: Sequence[tuple[str, str]]) -> list[MirroredRow]:
    """Those that are still there. Asks the database for each."""
    rows = [refresh.row_of(change.aws_account, kind, object_id) for kind, object_id in created]
    return [row for row in rows if row is not None and row.gone_at is None]


def read_created(change: Change) -> None:
    """Queues the facets of new objects that no step reads, such as credentials: their pages would lack them."""
    created = [(kind, object_id) for kind, object_id in created_by_steps(change) if len(mirror.facets_of(kind)) > 1]
    actor = change.applied_by or change.requested_by
    if len(created) > MOST_READ_ALONE:
        pull.start_all(aws_account=change.aws_account, trigger=Run.Trigger.OPERATOR, actor=actor)
        return
    for row in created_rows(change, created):
        refresh.start(row=row, actor=actor)
