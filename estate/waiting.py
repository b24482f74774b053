"""What waits for an operator in all AWS accounts: changes across them once, and not each of their changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import Operator
from sync.models import Change
from sync.spanning.selectors import waiting_for
from sync.spanning.state import SpanSituation


@dataclass(frozen=True)
class WaitingRow:
    title: str
    url: str
    where: str
    by: str
    at: datetime


def waiting_rows(operator: Operator, changes: Iterable[Any]) -> Iterator[WaitingRow]:
    """`changes`: those of all AWS accounts that wait for the operator, the newest first."""
    told = set()
    for at in waiting_for(operator):
        told.add(at.span.pk)
        yield _of_all(at, operator)
    for change in changes:
        if change.span_id is None or change.state in Change.STUCK:
            yield _of_one(change)
        elif change.span_id not in told:
            told.add(change.span_id)
            yield _across(change.span_id, change)


def _of_one(change: Any) -> WaitingRow:
    url = reverse("change", kwargs={"account_id": change.aws_account.account_id, "pk": change.pk})
    title, by = f"{change.pk} {change.titled}", str(change.requested_by)
    return WaitingRow(title, url, change.aws_account.name, by, change.created_at)


def _of_all(at: SpanSituation, operator: Operator) -> WaitingRow:
    """By a title of theirs, which they typed, or let go on having read it."""
    url = reverse("spanning_change", kwargs={"pk": at.span.pk})
    title, where = f"{at.changes[0].title}: {at.state.label.lower()}", "Across AWS accounts"
    return WaitingRow(title, url, where, str(operator), at.span.created_at)


def _across(span_id: int, change: Any) -> WaitingRow:
    url = reverse("spanning_change", kwargs={"pk": span_id})
    return WaitingRow(change.titled, url, "Across AWS accounts", str(change.requested_by), change.created_at)
