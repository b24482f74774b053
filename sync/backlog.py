"""What waits for a worker: how much, and for how long the oldest of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from notifications.models import Delivery
from sync import clock
from sync.models import Change, DryRun, Run
from sync.pull import waiting_runs

State = Change.State


@dataclass(frozen=True)
class Backlog:
    """`name`: as the label `work` of the metrics has it. `since`: when the oldest began to wait, or was touched."""

    name: str
    title: str
    waiting: int
    since: datetime | None


def backlogs() -> Sequence[Backlog]:
    """A query each."""
    now = clock.now()
    due = Q(state=State.QUEUED) | Q(state=State.SCHEDULED, not_before__lte=now)
    rereads = Run.objects.filter(source=Run.OBJECT, state=Run.State.QUEUED)
    mails = Delivery.objects.waiting().filter(not_before__lte=now)
    return [
        _of("pulls", "Pulls", waiting_runs(), "heartbeat_at", "created_at"),
        _of("rereads", "Single objects to read again", rereads, "created_at"),
        _of("changes", "Changes to apply", Change.objects.filter(due), "queued_at", "not_before"),
        _of("leases", "Changes that wait for another change", Change.objects.filter(state=State.WAITING), "queued_at"),
        _of("dry_runs", "Dry runs", DryRun.objects.filter(finished_at=None), "asked_at"),
        _of("notifications", "Notifications to send", mails, "not_before"),
    ]


def _of(name: str, title: str, rows: QuerySet[Any], *since: str) -> Backlog:
    oldest = Coalesce(*since) if len(since) > 1 else since[0]
    found = rows.order_by().aggregate(waiting=Count("pk"), since=Min(oldest))
    return Backlog(name, title, found["waiting"], found["since"])
