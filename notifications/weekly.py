"""The weekly report: what changed, what is open and what ended, in the AWS accounts that its reader may see.

Apps say what they know of a week by a part each (`register_part`). It is put together when it is sent, by the reader's
grants of then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM
from iamconsole import clock
from iamconsole.web.words import day
from notifications.kinds import EventKind
from notifications.models import NotifiedEvent, OperatorNotifications
from notifications.telling import tell_only
from notifications.times import next_weekly

_WEEK = timedelta(days=7)
_AT_ONCE = 100


@dataclass(frozen=True)
class Week:
    """What a part is asked about: these AWS accounts, all of which the reader may see, in this time."""

    reader: Operator
    aws_accounts: Sequence[AwsAccount]
    since: datetime
    until: datetime


@dataclass(frozen=True)
class ReportPart:
    """`lines`: sentences without personal data; none where there is nothing to say."""

    heading: str
    lines: Callable[[Week], Sequence[str]]
    position: int = 50


_parts: dict[str, list[ReportPart]] = {}


def register_part(part: ReportPart) -> None:
    """Parts of one heading, from several apps, stand under it together."""
    listed = _parts.setdefault(part.heading, [])
    if part not in listed:
        listed.append(part)


def _said(event: NotifiedEvent, operator: Operator | None) -> Sequence[str]:
    if operator is None:
        return ()
    visible = list(AwsAccount.objects.visible_to(operator, SEE_IAM))
    if not visible:
        return ("There is no AWS account whose users and roles you may see.",)
    since, until = (datetime.fromisoformat(event.data[name]) for name in ("since", "until"))
    week = Week(operator, visible, since, until)
    ordered = sorted(_parts.items(), key=lambda each: min(part.position for part in each[1]))
    found = [(heading, [line for part in parts for line in part.lines(week)]) for heading, parts in ordered]
    return ["\n".join([heading, *(f"- {line}" for line in lines or ["Nothing."])]) for heading, lines in found]


WEEKLY = EventKind(
    name="report.weekly",
    label="Weekly report",
    help="What changed, what is open and what ended.",
    permission="",
    concerns=True,
    on_routes=False,
    on_pages=False,
    more=_said,
)


def send_due() -> int:
    """Once a minute: the reports that are due go into the outbox. Returns how many."""
    now = clock.now()
    with transaction.atomic():
        due = OperatorNotifications.objects.filter(weekly_report=True, weekly_at__lte=now).order_by("weekly_at")
        rows = list(due.select_for_update(of=("self",), skip_locked=True).select_related("operator")[:_AT_ONCE])
        for row in rows:
            if row.operator.is_active and row.weekly_at:
                key = f"weekly:{row.operator_id}:{row.weekly_at.date().isoformat()}"
                tell_only(weekly_event(now, key), operator=row.operator)
            row.weekly_at = next_weekly(row, now)
            row.save(update_fields=["weekly_at"])
    return len(rows)


def weekly_event(until: datetime, key: str | None = None) -> NotifiedEvent:
    """Of the seven days before `until`."""
    since = until - _WEEK
    return NotifiedEvent(
        kind=WEEKLY.name,
        title=f"The week to {day(until)} in IAM Console",
        path=reverse("home"),
        data={"since": since.isoformat(), "until": until.isoformat()},
        at=until,
        key=key,
    )
