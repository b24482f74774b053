"""Celery tasks: each loads and calls."""

from __future__ import annotations

from celery import shared_task

from estate.enrolment import work


@shared_task(name=work.TASK)
def enrol(enrolment_id: int) -> None:
    work.work(enrolment_id)
