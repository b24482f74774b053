"""Claims of workers on changes, and the leases that a change takes on objects.

A claim is a token in the change's row. A worker that lost its claim to the sweeper writes nothing more.

What remains possible: a worker that hangs between its last look at the claim and AWS's answer, for longer than
CLAIM_TIMEOUT_S, sends although another one has taken over. IAM has no conditional write, so nothing can prevent it.
For calls that are sent once the door's time-outs end well before that; an idempotent one, which botocore may send three
times, can take longer, and arriving twice does it no harm.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from sync import clock, counter, operations
from sync.changes.bookkeeping import log_line, wake_after_commit
from sync.changes.span import is_held_back
from sync.changes.system_events import CLAIM
from sync.models import Change, Lease

_BEAT_EVERY = timedelta(seconds=10)


class ChangeClaimLost(Exception):
    """Another worker has the change now."""


@dataclass(frozen=True)
class Claim:
    change_id: int
    token: str

    @contextmanager
    def held(self) -> Iterator[Change]:
        """A transaction on the change, if it is still ours; saves its row and the heartbeat. Raises ChangeClaimLost."""
        with transaction.atomic():
            ours = Change.objects.filter(pk=self.change_id, claim=self.token, state=Change.State.APPLYING)
            locked = ours.select_for_update(of=("self",)).select_related("aws_account", "applied_by")
            change = locked.defer("measured").first()  # large, and saved only where it is set
            if change is None:
                raise ChangeClaimLost(f"The claim on change {self.change_id} was lost.")
            yield change
            change.heartbeat_at = clock.now()
            change.save()

    def beat(self) -> None:
        """Saves the heartbeat. Raises ChangeClaimLost."""
        ours = Change.objects.filter(pk=self.change_id, claim=self.token, state=Change.State.APPLYING)
        if not ours.update(heartbeat_at=clock.now()):
            raise ChangeClaimLost(f"The claim on change {self.change_id} was lost.")

    def is_cancel_asked(self) -> bool:
        """Looks whether the claim still holds, and whether an operator wants to stop. Raises ChangeClaimLost."""
        ours = Change.objects.filter(pk=self.change_id, claim=self.token, state=Change.State.APPLYING)
        known = ours.values_list("cancel_asked", "heartbeat_at").first()
        if known is None:
            raise ChangeClaimLost(f"The claim on change {self.change_id} was lost.")
        cancel_asked, last_beat = known
        if last_beat is None or abs(clock.now() - last_beat) > _BEAT_EVERY:
            self.beat()
        return cancel_asked

    def say(self, line: str) -> None:
        with self.held() as change:
            log_line(change, line)


def take(change_id: int) -> Claim | None:
    """Claims a change that waits for a worker.

    None when there is nothing to do, somebody else has its row, nothing may be sent (sync/counter/), or another change
    of its span has stopped (sync/changes/span.py).
    """
    if not counter.look():
        return None
    claim = Claim(change_id, secrets.token_hex(16))
    now = clock.now()
    due = Q(not_before__isnull=True) | Q(not_before__lte=now)
    free = Change.objects.filter(due, pk=change_id, state__in=CLAIM.starts_from)
    with transaction.atomic():
        # Whoever has the row decides about it, or was stopped in the middle of that: the tick comes back.
        if not free.select_for_update(of=("self",), skip_locked=True).values_list("pk").first():
            return None
        if is_held_back(change_id):
            return None
        taken = free.update(
            state=Change.State.APPLYING, claim=claim.token, heartbeat_at=now, started_at=Coalesce(F("started_at"), now)
        )
    return claim if taken else None


def is_another_new(claim: Claim) -> bool:
    """Whether a change that no worker has looked at yet waits for one: a long change lets it go first.

    Not one that was begun: two long ones would alternate at each wave.
    """
    new = Change.objects.filter(state=Change.State.QUEUED, started_at__isnull=True)
    return new.exclude(pk=claim.change_id).exists()


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def abandoned() -> list[Claim]:
    """The claims of workers that have not been heard of for too long."""
    silent = Change.objects.filter(clock.is_silent(), state=Change.State.APPLYING)
    return [Claim(pk, token) for pk, token in silent.values_list("pk", "claim")]


# ---- Leases --------------------------------------------------------------------------------------------------------
# One change at a time writes an object. A change takes all that it needs, or none and waits.
def keys_to_lease(change: Change) -> list[str]:
    """The objects that its steps write, sorted: who takes in the same order never blocks each other for good."""
    keys: set[str] = set()
    for step in change.steps.all():
        operation = operations.registry[step.kind]
        keys.update(operation.objects(operation.parse(step.params)))
    return sorted(keys)


def take_leases(change: Change) -> bool:
    """Takes the leases in the caller's transaction; False when another change has one of them. Safe to repeat."""
    keys = keys_to_lease(change)
    wanted = [Lease(aws_account=change.aws_account, object_key=key, change=change) for key in keys]
    Lease.objects.bulk_create(wanted, ignore_conflicts=True)
    if leases_of_others(change, keys).exists():
        change.leases.all().delete()
        return False
    return True


def leases_of_others(change: Change, keys: list[str]) -> QuerySet[Lease]:
    return Lease.objects.filter(aws_account=change.aws_account, object_key__in=keys).exclude(change=change)


def release_leases(change: Change) -> None:
    """Releases the leases in the transaction that ends the work, and wakes changes that may have waited for them."""
    change.leases.all().delete()
    waiting = Change.objects.filter(aws_account=change.aws_account, state=Change.State.WAITING)
    for pk in waiting.order_by("queued_at").values_list("pk", flat=True):
        wake_after_commit(pk)
