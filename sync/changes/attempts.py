"""Attempts: each try to send a step is a row, committed before anything is sent.

An attempt with a snapshot may have been sent; one without was not. A worker that dies leaves the outcome empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from sync.models import Attempt, Step
from sync.operations import Tried, Value

WORKER_DIED = {"class": "WorkerDied", "sentence": "The worker that tried it stopped answering."}


def begin(step: Step) -> Attempt:
    """In the caller's transaction. Closes what a dead worker left open."""
    close_open(step)
    step.state = Step.State.SENDING
    step.error = {}
    step.save(update_fields=["state", "error"])
    return Attempt.objects.create(step=step, number=step.attempts.count() + 1)


def close_open(step: Step) -> None:
    now = timezone.now()
    left = step.attempts.filter(outcome="")
    left.filter(snapshot__isnull=False).update(outcome=Step.State.UNKNOWN, finished_at=now, error=WORKER_DIED)
    left.filter(snapshot__isnull=True).update(outcome=Step.State.SKIPPED, finished_at=now, error=WORKER_DIED)


def keep_snapshot(attempt: Attempt, live: Value) -> None:
    """From here on the attempt may have been sent. The value is wrapped: None is a value too (there is no object)."""
    attempt.snapshot = {"part": live}
    attempt.save(update_fields=["snapshot"])


def finish(attempt: Attempt, outcome: Step.State, *, error: dict[str, Any], request_id: str = "") -> None:
    attempt.outcome = outcome
    attempt.error = error
    attempt.request_id = request_id or str(error.get("request_id") or "")
    attempt.finished_at = timezone.now()
    attempt.save(update_fields=["outcome", "error", "request_id", "finished_at"])


def perhaps_sent(step: Step) -> list[Attempt]:
    """The attempts so far that may have taken effect, the oldest first."""
    open_or_unknown = ("", Step.State.UNKNOWN)
    return list(step.attempts.filter(snapshot__isnull=False, outcome__in=open_or_unknown).order_by("number"))


def as_tried(attempts: Sequence[Attempt]) -> list[Tried]:
    return [Tried(attempt.started_at, (attempt.snapshot or {}).get("part")) for attempt in attempts]
