"""Celery tasks: each loads and calls. The tick finds what a lost message left."""

from __future__ import annotations

from celery import shared_task

from notifications import outbox


@shared_task(name="notifications.tasks.deliver")
def deliver() -> None:
    outbox.work()
