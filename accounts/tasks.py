"""Celery tasks of signing in and of the audit trail: each loads and calls."""

from __future__ import annotations

from celery import shared_task

from accounts.services import audit_checks, sessions


@shared_task(name="accounts.tasks.housekeeping")
def housekeeping() -> None:
    """Once an hour."""
    sessions.forget_ended()


@shared_task(name="accounts.tasks.check_audit")
def check_audit(pk: int) -> None:
    audit_checks.work(pk)
