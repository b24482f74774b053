"""What the weekly report says of changes, drift and temporary access."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db.models import Count, Q, QuerySet

from iamconsole.web.words import counted
from notifications.weekly import ReportPart, Week, register_part
from sync.drift import to_count_in
from sync.models import Change

CHANGED, OPEN, ENDED = "What changed", "What is open", "What ended"
State = Change.State


def register() -> None:
    """To be called in `AppConfig.ready()`."""
    register_part(ReportPart(CHANGED, _changed, position=10))
    register_part(ReportPart(OPEN, _open, position=20))
    register_part(ReportPart(ENDED, _ended, position=30))


def _changed(week: Week) -> Sequence[str]:
    during = Q(finished_at__gte=week.since, finished_at__lt=week.until)
    applied = _by_account(Change.objects.filter(during, state=State.APPLIED, ends=None), week)
    stopped = _by_account(Change.objects.filter(during, state__in=Change.STUCK), week)
    drift = to_count_in(week.aws_accounts).filter(seen_at__gte=week.since, seen_at__lt=week.until)
    found = _lines(week, applied, lambda count: f"{counted(count, 'change')} applied")
    found += _lines(week, stopped, lambda count: f"{counted(count, 'change')} stopped")
    return found + _lines(
        week, _counted(drift, "drift_in"), lambda count: f"{counted(count, 'object')} changed outside"
    )


def _open(week: Week) -> Sequence[str]:
    waiting = _by_account(Change.objects.filter(state__in=Change.UNDECIDED), week)
    drift = _counted(to_count_in(week.aws_accounts), "drift_in")
    found = _lines(week, waiting, lambda count: f"{counted(count, 'change')} to be decided or applied")
    return found + _lines(week, drift, lambda count: f"{counted(count, 'object')} changed outside, not decided on")


def _ended(week: Week) -> Sequence[str]:
    during = Q(finished_at__gte=week.since, finished_at__lt=week.until)
    ends = _by_account(Change.objects.filter(during, state=State.APPLIED, ends__isnull=False), week)
    expired = _by_account(Change.objects.filter(during, state=State.EXPIRED), week)
    found = _lines(week, ends, lambda count: f"{counted(count, 'temporary access', 'temporary accesses')} ended")
    return found + _lines(week, expired, lambda count: f"{counted(count, 'change')} expired")


def _by_account(rows: QuerySet[Change], week: Week) -> dict[int, int]:
    return _counted(rows.filter(aws_account__in=week.aws_accounts), "aws_account")


def _counted(rows: QuerySet[Change], by: str) -> dict[int, int]:
    return dict(rows.order_by().values(by).annotate(count=Count("pk")).values_list(by, "count"))


def _lines(week: Week, counts: dict[int, int], words: Callable[[int], str]) -> list[str]:
    """A line for each AWS account that has any."""
    return [f"{each}: {words(counts[each.pk])}." for each in week.aws_accounts if counts.get(each.pk)]
