"""What is told of findings: those that are new or there again, by rule, and how many are open in the weekly report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from accounts.models import Operator
from findings.drift_source import RULE as DRIFT_RULE
from findings.looked import looked_in
from findings.models import Finding, FindingSeverity
from findings.services import OpenedFindings, register_opened_listener
from findings.sources import rule_of
from iamconsole.web.words import counted
from notifications import kinds
from notifications.kinds import EventKind
from notifications.models import NotifiedEvent
from notifications.telling import is_anybody_told, tell
from notifications.weekly import ReportPart, Week, register_part

NEW = "finding.new"
_TOLD_OTHERWISE = (DRIFT_RULE,)  # by sync/drift_notices.py, at once
_RULES_SAID = 5
_PKS = 200
_SETTLES = timedelta(minutes=2)  # a look tells of up to 200 objects at a time
_WORST_FIRST = list(FindingSeverity)


def register() -> None:
    """To be called in `AppConfig.ready()`."""
    kinds.register(
        EventKind(
            name=NEW,
            label="New findings",
            help="Something wrong that wasn’t there before, from the severity on that you choose below.",
            position=55,
            settles=_SETTLES,
            still=_still,
        )
    )
    register_opened_listener(notify)
    register_part(ReportPart("What changed", _mended, position=11))
    register_part(ReportPart("What is open", _open, position=21))


def notify(opened: OpenedFindings) -> None:
    """What the first look at an AWS account finds is no news."""
    aws_account = opened.aws_account
    told = [each for each in opened.findings if each.rule not in _TOLD_OTHERWISE]
    if opened.is_first_look or not told or not is_anybody_told(NEW, aws_account):
        return
    found = sorted(told, key=lambda each: _WORST_FIRST.index(FindingSeverity(each.severity)))
    rules = Counter((each.rule, each.severity) for each in found)
    lines = [_line(rule, severity, count) for (rule, severity), count in list(rules.items())[:_RULES_SAID]]
    more = len(rules) - len(lines)
    tell(
        NEW,
        aws_account=aws_account,
        severity=found[0].severity,
        title=f"{_which(found)}, {_worst(found)}: {aws_account}",
        text="; ".join(lines) + (f"; and {counted(more, 'more rule')}" if more > 0 else "") + ".",
        path=reverse("findings", kwargs={"account_id": aws_account.account_id}),
        data={
            "findings": [
                {"rule": rule, "severity": severity, "count": count} for (rule, severity), count in rules.items()
            ][:_PKS],
            "ids": [each.pk for each in found[:_PKS]],
            "count": len(found),
            "since": found[0].state_since.isoformat(),
        },
    )


def _which(found: Sequence[Finding]) -> str:
    """Those that were there before are not new."""
    back = sum(each.first_seen < each.state_since for each in found)
    if not back:
        return counted(len(found), "new finding")
    if back == len(found):
        return counted(back, "finding is open again", "findings are open again")
    return f"{counted(len(found), 'finding')}, {back} of them open again"


def _worst(found: Sequence[Finding]) -> str:
    """ "high", or of several "the worst high"."""
    word = found[0].get_severity_display().lower()
    return f"the worst {word}" if len(found) > 1 else word


def _line(rule: str, severity: str, count: int) -> str:
    return f"{count} × {rule_of(rule).name} ({severity})"


def _still(event: NotifiedEvent, operator: Operator | None) -> bool:
    """Not where all of them have been mended, or muted, meanwhile. Of more than are listed those count that have been
    open since."""
    rows = Finding.objects.filter(aws_account=event.aws_account, state=Finding.State.OPEN)
    listed = Q(pk__in=event.data["ids"])
    if event.data["count"] > len(event.data["ids"]):
        listed |= Q(state_since=parse_datetime(event.data["since"]))
    return rows.filter(listed).exists()


def _open(week: Week) -> Sequence[str]:
    rows = Finding.objects.filter(aws_account__in=week.aws_accounts, state=Finding.State.OPEN).order_by()
    counts = rows.values_list("aws_account", "severity").annotate(count=Count("pk"))
    by_account: dict[int, dict[str, int]] = {}
    for aws_account, severity, count in counts:
        by_account.setdefault(aws_account, {})[severity] = count
    looked = looked_in(week.aws_accounts)
    lines = []
    for each in week.aws_accounts:
        if counts_there := by_account.get(each.pk):
            noun = "finding" if sum(counts_there.values()) == 1 else "findings"
            lines.append(f"{each}: {_said(counts_there)} {noun}.")
        elif each.pk not in looked and not each.resting:
            lines.append(f"{each}: findings aren’t looked for yet.")
    return lines


def _said(counts: dict[str, int]) -> str:
    """ "1 critical, 4 high"."""
    return ", ".join(f"{counts[each]} {each.label.lower()}" for each in _WORST_FIRST if each in counts)


def _mended(week: Week) -> Sequence[str]:
    during = Finding.objects.filter(
        aws_account__in=week.aws_accounts, mended_at__gte=week.since, mended_at__lt=week.until
    )
    counts = dict(during.order_by().values("aws_account").annotate(n=Count("pk")).values_list("aws_account", "n"))
    return [f"{each}: {counted(counts[each.pk], 'finding')} mended." for each in week.aws_accounts if each.pk in counts]
