"""Celery tasks of signing in and of the audit trail: each loads and calls."""

from __future__ import annotations

from smtplib import SMTPException
from typing import Any

from celery import shared_task

from accounts.services import audit_checks, password_links
from monitoring import storage


@shared_task(name="accounts.tasks.housekeeping")
def housekeeping() -> None:
    """Once an hour: what takes too long for the tick."""
    storage.note_sizes()


@shared_task(name="accounts.tasks.check_audit")
def check_audit(pk: int) -> None:
    audit_checks.work(pk)


# The mail server may be down for a while.
MAIL: dict[str, Any] = {"autoretry_for": (OSError, SMTPException), "retry_backoff": 10, "max_retries": 6}


@shared_task(name="accounts.tasks.send_password_link", **MAIL)
def send_password_link(email: str, home: str) -> None:
    password_links.send_forgotten(email, home)


@shared_task(name="accounts.tasks.send_invitation", **MAIL)
def send_invitation(operator_id: int, home: str, who: str) -> None:
    password_links.send_invitation(operator_id, home, who)
