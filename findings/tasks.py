"""Celery tasks: each loads and calls."""

from __future__ import annotations

from celery import shared_task

from findings import refresh as refreshing


@shared_task(name="findings.tasks.refresh")
def refresh(aws_account_id: int) -> None:
    refreshing.work(aws_account_id)
