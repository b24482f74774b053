"""Attempts: each try to send a step is a row that is committed before the call.

An attempt with a snapshot may have been sent; one without was not. A worker that dies leaves the outcome empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sync import clock
from sync.models import Attempt, Step
from sync.operations import PreviousAttempt, Value

WORKER_DIED = {"class": "WorkerDied", "sentence": "The worker that tried it stopped answering."}


def begin(steps: Sequence[tuple[Step, Mapping[str, Any] | None]]) -> list[Attempt]:
    """In the caller's transaction: an attempt at each step, with its snapshot where that is known beforehand.

    Several at once are tried for the first time. Of one, what a dead worker left open is closed.
    """
    for step, _ in steps:
        step.state, step.error = Step.State.SENDING, {}
    Step.objects.filter(pk__in=[step.pk for step, _ in steps]).update(state=Step.State.SENDING, error={})
    if len(steps) > 1:
        return Attempt.objects.bulk_create([Attempt(step=step, number=1, snapshot=found) for step, found in steps])
    [(step, found)] = steps
    close_open(step)
    number = Attempt.objects.filter(step=step).count() + 1
    return [Attempt.objects.create(step=step, number=number, snapshot=found)]


def take_back(begun: Sequence[Attempt]) -> None:
    """Takes back attempts of which nothing was sent."""
    pks = [attempt.pk for attempt in begun]
    Attempt.objects.filter(pk__in=pks).update(outcome=Step.State.SKIPPED, finished_at=clock.now())
    for attempt in begun:
        unsure = perhaps_sent(attempt.step)
        attempt.step.state = Step.State.SENDING if unsure else Step.State.PENDING
        attempt.step.save(update_fields=["state"])


def close_open(step: Step) -> None:
    now = clock.now()
    left = step.attempts.filter(outcome="")
    left.filter(snapshot__isnull=False).update(outcome=Step.State.UNKNOWN, finished_at=now, error=WORKER_DIED)
    left.filter(snapshot__isnull=True).update(outcome=Step.State.SKIPPED, finished_at=now, error=WORKER_DIED)


def as_snapshot(live: Value) -> dict[str, Value]:
    """The value is wrapped: None is a value too (there is no object)."""
    return {"part": live}


def keep_snapshot(attempt: Attempt, live: Value) -> None:
    """From here on the attempt may have been sent."""
    attempt.snapshot = as_snapshot(live)
    attempt.save(update_fields=["snapshot"])


def perhaps_sent(step: Step) -> list[Attempt]:
    """The attempts so far that may have taken effect, the oldest first: asked anew, whatever was fetched before."""
    return [attempt for attempt in step.attempts.order_by("number") if is_perhaps_sent(attempt)]


def is_perhaps_sent(attempt: Attempt) -> bool:
    return attempt.snapshot is not None and attempt.outcome in ("", Step.State.UNKNOWN)


def previous_attempts(attempts: Sequence[Attempt]) -> list[PreviousAttempt]:
    return [PreviousAttempt(attempt.started_at, (attempt.snapshot or {}).get("part")) for attempt in attempts]
