"""Once a minute: whatever is due, and whatever a dead worker or a lost message left behind."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from sync import sealed
from sync.changes import claims, temporary, verbs
from sync.changes.claims import Claim, ClaimLost
from sync.changes.rows import locked, say
from sync.models import Change, Lease
from sync.queue import APPLY, wake

State = Change.State

UNDECIDED = (State.DRAFT, State.PROPOSED, State.APPROVED, State.SCHEDULED)


def sweep_due() -> None:
    for claim in claims.abandoned():
        _take_back(claim)
    _expire()
    _erase_secrets()
    _queue_scheduled()
    temporary.warn_of_ends()
    Lease.objects.exclude(change__state__in=Change.MOVING).delete()
    # A message may have been lost, or was never sent because the broker was down. One too many does no harm.
    waiting = Change.objects.filter(state__in=(State.QUEUED, State.WAITING)).order_by("queued_at")
    for pk in waiting.values_list("pk", flat=True):
        wake(APPLY, pk)


def _take_back(claim: Claim) -> None:
    try:
        with claim.held() as change:
            dead = timezone.now() - timedelta(seconds=settings.CLAIM_TIMEOUT_S)
            if change.heartbeat_at and change.heartbeat_at >= dead:
                return  # it has spoken since we looked
            change.state = State.QUEUED
            change.claim = ""
            say(change, "Its worker stopped answering; another one goes on.")
    except ClaimLost:
        pass  # it ended, or another sweeper was faster


def _expire() -> None:
    now = timezone.now()
    for pk in Change.objects.filter(state__in=UNDECIDED, expires_at__lte=now).values_list("pk", flat=True):
        with locked(pk) as change:
            if change.state in UNDECIDED:
                change.state = State.EXPIRED
                change.finished_at = now
                say(change, "Expired.")
                change.save()
                verbs.record("change.expired", change, actor=None)
                sealed.erase_typed(change)
                temporary.follow(change)


@transaction.atomic
def _erase_secrets() -> None:
    for row in sealed.erase_expired():
        if row.change is not None:
            verbs.record("secret.expired", row.change, actor=None, who=str(row.operator), name=row.name)


def _queue_scheduled() -> None:
    now = timezone.now()
    for pk in Change.objects.filter(state=State.SCHEDULED, not_before__lte=now).values_list("pk", flat=True):
        with locked(pk) as change:
            if change.state == State.SCHEDULED:
                change.state = State.QUEUED
                change.queued_at = now
                say(change, "Its time has come.")
                change.save()
