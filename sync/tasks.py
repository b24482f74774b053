"""Celery tasks: each loads and calls. A lost message costs a minute at most: `tick` finds what is due."""

from __future__ import annotations

from celery import shared_task

from sync import changes, pull, refresh, spanning, ticks
from sync.activity import principals, work
from sync.changes import dry_run
from sync.event_queues import work as events


@shared_task(name="sync.tasks.pull")
def pull_run(run_id: int) -> None:
    """A message says that runs wait; which of them comes first is decided when a worker is free."""
    pull.work_next()


@shared_task(name="sync.tasks.refresh")
def refresh_object(run_id: int) -> None:
    refresh.work(run_id)


@shared_task(name="sync.tasks.apply")
def apply_change(change_id: int) -> None:
    changes.work(change_id)


@shared_task(name="sync.tasks.advance")
def advance_spanning(spanning_id: int) -> None:
    spanning.advance(spanning_id)


@shared_task(name="sync.tasks.dry_run")
def try_change(dry_run_id: int) -> None:
    dry_run.work(dry_run_id)


@shared_task(name="sync.tasks.ask_trail")
def ask_trail(aws_account_id: int) -> None:
    work.ask(aws_account_id)


@shared_task(name="sync.tasks.ask_trail_now")
def ask_trail_now(aws_account_id: int) -> None:
    """Somebody waits for it."""
    work.ask(aws_account_id, urgent=True)


@shared_task(name="sync.tasks.ask_activity")
def ask_activity(answer_id: int) -> None:
    principals.work(answer_id)


@shared_task(name="sync.tasks.take_events")
def take_events() -> None:
    """Four times a minute: an outside change is to show within a minute."""
    events.take()


@shared_task(name="sync.tasks.follow_events")
def follow_events(aws_account_id: int) -> None:
    events.follow(aws_account_id)


@shared_task(name="sync.tasks.tick")
def tick() -> None:
    """Once a minute: whatever is due, or was left by a worker that died."""
    ticks.run()
