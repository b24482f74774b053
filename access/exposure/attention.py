"""Exposed resources on the overview of an AWS account, and how many there are of which nobody knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from access.exposure.finding_source import ExposureSource
from access.exposure.rules import CONFUSED_DEPUTY, OTHER_ACCOUNT, PERHAPS_PUBLIC, PUBLIC
from accounts.models import AwsAccount
from findings.models import Finding, FindingSeverity
from iamconsole.web.panels import PanelRow
from iamconsole.web.words import SOME, counted, number, some
from resources.models import Resource

_TITLES = {
    PUBLIC: ("resource is public", "resources are public"),
    PERHAPS_PUBLIC: ("resource is perhaps public", "resources are perhaps public"),
    OTHER_ACCOUNT: ("resource lets in another AWS account", "resources let in other AWS accounts"),
    CONFUSED_DEPUTY: ("resource lets in a service on whosever behalf", "resources let in services on whosever behalf"),
}
_NAMES = 200  # findings whose objects may be named


def attention(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    """A row for each rule, and one for what isn't known."""
    rows = Finding.objects.filter(aws_account=aws_account, source=ExposureSource.name).counted_at(timezone.now())
    counts = _counts(aws_account, rows)
    unknown = counts.pop(Resource.Exposure.UNKNOWN, 0)
    if counts:
        severities = set(rows.order_by().values_list("rule", "severity").distinct())
        names = _names(rows.order_by("pk").values_list("rule", "name", "object_id")[:_NAMES])
        for rule, words in _TITLES.items():
            if total := counts.get(rule):
                worst = next(each for each in FindingSeverity if (rule, each) in severities)
                yield PanelRow(
                    counted(total, *words),
                    _findings(aws_account, rule),
                    f"{some(names[rule][:SOME], total)}." if names[rule] else "",
                    severity=str(worst),
                    action=f"Review {number(total)}",
                )
    if unknown:
        yield PanelRow(
            f"Of {counted(unknown, 'resource')} it is unknown whether everybody gets in",
            _unknown(aws_account),
            "Their policies, or what decides beside these, aren’t read.",
            severity="low",
            action=f"Review {number(unknown)}",
        )


def _counts(aws_account: AwsAccount, findings: QuerySet[Finding]) -> dict[str, int]:
    """Of objects by rule, and of resources of which nobody knows, in one query."""
    unknown = Resource.objects.live().filter(aws_account=aws_account, exposure=Resource.Exposure.UNKNOWN)
    by_state = unknown.order_by().values_list("exposure").annotate(Count("pk"))
    by_rule = findings.order_by().values_list("rule").annotate(Count("object_id", distinct=True))
    return dict(by_rule.union(by_state, all=True))


def _names(rows: Iterable[tuple[str, str, str]]) -> defaultdict[str, list[str]]:
    """By rule, each object once."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for rule, name, _ in dict.fromkeys(rows):
        found[rule].append(name)
    return found


def _unknown(aws_account: AwsAccount) -> str:
    url = reverse("resources", kwargs={"account_id": aws_account.account_id})
    return f"{url}?{urlencode({'open': Resource.Exposure.UNKNOWN})}"


def _findings(aws_account: AwsAccount, rule: str) -> str:
    """In the list over all AWS accounts, of this one."""
    return f"{reverse('all_findings')}?{urlencode({'account': aws_account.account_id, 'rule': rule})}"
