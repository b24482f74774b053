"""Celery tasks of signing in and of the audit trail: each loads and calls."""

from __future__ import annotations

from celery import shared_task

from accounts.services import sessions


@shared_task(name="accounts.tasks.housekeeping")
def housekeeping() -> None:
    """Once an hour."""
    sessions.forget_ended()
