"""Pulls: a run reads one source of one AWS account into the mirror. Start, work, and find what is due.

The row is the queue: `start` writes it and wakes a worker; `work` claims it, goes on for a slice of time, and wakes
the next one; `sweep_due` finds what a dead worker left, what a lost message hides, and what the schedule asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.models import AwsAccount, Operator
from sync import queue
from sync.mirror import sources
from sync.models import Run
from sync.pull_slice import claim, line

_TRIES_TO_START = 3


def start(
    *,
    aws_account: AwsAccount,
    source: str = "iam.details",
    trigger: str,
    actor: Operator | None = None,
    lift_brake: bool = False,
    wake: bool = True,
) -> Run:
    """The new run, or the active one when there is one. `lift_brake`: its sweep may tombstone any number of objects.

    `wake=False` is for who works on it at once.
    """
    place = {"aws_account": aws_account, "region": "", "source": source}
    for tries_left in reversed(range(_TRIES_TO_START)):
        active = Run.objects.filter(**place, state__in=Run.ACTIVE).first()
        if active is not None:
            return active
        try:
            with transaction.atomic():
                run = Run.objects.create(
                    **place,
                    trigger=trigger,
                    started_by=actor,
                    heartbeat_at=timezone.now(),
                    cursor={"lift_brake": True} if lift_brake else {},
                )
                _record("pull.started", run, actor)
        except IntegrityError:  # somebody else started one just now
            if not tries_left:
                raise
            continue
        break
    if wake:
        transaction.on_commit(partial(queue.wake, queue.PULL, run.pk))
    return run


def work(run_id: int) -> None:
    """Goes on with a run for a slice of time; does nothing when another worker has it, or it has ended."""
    more = False
    with claim(run_id) as at_work:
        if at_work is not None:
            more = at_work.go_on(until=monotonic() + settings.PULL_SLICE_S)
    if more:
        queue.wake(queue.PULL, run_id)


def finish(run_id: int, *, progress: Callable[[Run], None]) -> bool:
    """Works on a run to its end, here and now. False when another worker has it."""
    with claim(run_id) as at_work:
        if at_work is None:
            return False
        at_work.go_on(until=None, progress=progress)
    return True


def cancel(*, run: Run, actor: Operator | None) -> None:
    """Stops an active run at its next step. What it stored stays; nothing is tombstoned."""
    with transaction.atomic():
        said = [*run.log, line("Cancelled.")]
        stopped = Run.objects.filter(pk=run.pk, state__in=Run.ACTIVE).update(
            state=Run.State.CANCELLED, finished_at=timezone.now(), claim="", cursor={}, log=said
        )
        if stopped:
            _record("pull.cancelled", run, actor)


def _record(verb: str, run: Run, actor: Operator | None) -> None:
    """Operators' own acts only: the schedule's runs are in the list of pulls."""
    if actor is not None:
        about: dict[str, Any] = {"pull": run.pk, "source": run.source}
        if run.cursor.get("lift_brake"):
            about["lift_brake"] = True
        audit.record(verb, actor=actor, aws_account=run.aws_account, obj=("run", run.pk, str(run)), data=about)


def sweep_due() -> None:
    """Once a minute: wakes workers for runs that nobody works on, and starts what the schedule asks for."""
    dead = timezone.now() - timedelta(seconds=settings.CLAIM_TIMEOUT_S)
    waiting = Run.objects.filter(state__in=Run.ACTIVE).filter(Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=dead))
    for run_id in waiting.values_list("pk", flat=True):
        queue.wake(queue.PULL, run_id)
    _start_scheduled()


def _start_scheduled() -> None:
    now = timezone.now()
    due = Q(next_pull_at__isnull=True) | Q(next_pull_at__lte=now)
    for aws_account in AwsAccount.objects.filter(due, pull_every_minutes__gt=0):
        following = now + timedelta(minutes=aws_account.pull_every_minutes)
        # Of two beats only one starts it.
        if AwsAccount.objects.filter(due, pk=aws_account.pk).update(next_pull_at=following):
            for source in sources:
                start(aws_account=aws_account, source=source, trigger=Run.Trigger.SCHEDULE)


def missing_permission(aws_account: AwsAccount, source: str = "iam.details") -> dict[str, Any] | None:
    """The error of the last run, if AWS denied it: what the source would show isn't held, or is old."""
    last = Run.objects.filter(aws_account=aws_account, source=source, finished_at__isnull=False).first()
    return last.error if last and last.error.get("class") == "Denied" else None
