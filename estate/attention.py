"""What needs attention in all AWS accounts: one row a problem, the worst first, each a link to the list behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER
from estate.health import EstateHealth, Health, RuleCount
from findings.sources import rule_of
from iamconsole.web.elements import joined
from iamconsole.web.panels import SEVERITIES, PanelRow
from iamconsole.web.words import counted, number
from notifications.panels import silent_routes
from resources.models import Resource

NAMED = 5  # AWS accounts of a row


def attention_of(
    operator: Operator, estate: EstateHealth, *, gains: int, unconnected: Mapping[str, int]
) -> list[PanelRow]:
    """`gains`: how many grants by a label or a unit wait for the operator; `unconnected`: how many AWS accounts of each
    organization, by its id, nobody has connected or left out."""
    order = list(SEVERITIES)
    rows = [
        *_findings(estate),
        *_failed(estate),
        *_stuck(estate),
        *_gains(gains),
        *_silent_routes(operator, estate),
        *_drifted(estate),
        *_unknown(estate),
        *_new(unconnected),
    ]
    return sorted(rows, key=lambda row: order.index(row.severity))


def _findings(estate: EstateHealth) -> Iterator[PanelRow]:
    """By rule; the AWS account with the most findings first."""
    order = list(SEVERITIES)
    by_rule: dict[str, list[RuleCount]] = {}
    for each in estate.rules:
        by_rule.setdefault(each.rule, []).append(each)
    rows = []
    for rule, counts in by_rule.items():
        total = sum(each.count for each in counts)
        worst = min((each.severity for each in counts), key=order.index)
        url = f"{reverse('all_findings')}?{urlencode({'rule': rule})}"
        where = _where(_summed(counts), f"{url}&account=")
        text = format_html("{} in {}.", counted(total, "finding"), where)
        title = rule_of(rule).name
        rows.append((total, PanelRow(title, url, text, severity=worst, action=f"Review {number(total)}")))
    yield from (row for _, row in sorted(rows, key=lambda pair: (-pair[0], pair[1].title)))


def _failed(estate: EstateHealth) -> Iterator[PanelRow]:
    failed = [line for line in estate.accounts if line.pulls.failed]
    if failed:
        said = joined(
            (
                format_html(
                    '<a href="{}#sources">{}</a>: {}',
                    reverse("pulls", kwargs={"account_id": line.aws_account.account_id}),
                    line.aws_account.name,
                    line.pulls.why or "The last pull failed.",
                )
                for line in failed[:NAMED]
            ),
            " ",
        )
        more = f" And {len(failed) - NAMED} more." if len(failed) > NAMED else ""
        url = f"{reverse('all_overview')}?{urlencode({'health': Health.FAILED.slug})}#accounts"
        title = f"Pulls of {counted(len(failed), 'AWS account')} failed"
        yield PanelRow(title, url, format_html("{}{}", said, more), severity="failed", action="Show them")


def _stuck(estate: EstateHealth) -> Iterator[PanelRow]:
    counts = [(line.aws_account, line.stuck_changes) for line in estate.accounts if line.stuck_changes]
    if counts:
        url, total = f"{reverse('all_changes')}?state=open", sum(count for _, count in counts)
        text = format_html("In {}.", _where(counts, f"{url}&account="))
        title = f"{counted(total, 'change')} stopped before the end"
        yield PanelRow(title, url, text, severity="high", action=f"Review {number(total)}")


def _gains(waiting: int) -> Iterator[PanelRow]:
    if waiting:
        title = f"{counted(waiting, 'grant')} by a label or a unit {'waits' if waiting == 1 else 'wait'} for you"
        text = "AWS accounts got the label, or came into the unit: nobody has a role there by it before you agree."
        yield PanelRow(title, reverse("grant_rules"), text, severity="medium", action=f"Review {number(waiting)}")


def _new(unconnected: Mapping[str, int]) -> Iterator[PanelRow]:
    for organization_id, count in unconnected.items():
        title = f"{counted(count, 'AWS account')} of the organization never connected"
        url = f"{reverse('enrolment_accounts', kwargs={'organization_id': organization_id})}?here=never"
        text = "What goes on there isn’t seen here. Enrol them, or leave them out."
        yield PanelRow(title, url, text, severity="low", action="Enrol")


def _silent_routes(operator: Operator, estate: EstateHealth) -> Iterator[PanelRow]:
    """Of notifications: those of AWS accounts that the operator owns which send nothing, though they should."""
    accounts = (line.aws_account for line in estate.accounts)
    owned = {each.pk: each for each in accounts if may(operator, ADMINISTER, each)}
    rows = silent_routes(owned).order_by().values_list("aws_account").annotate(Count("pk")) if owned else ()
    counts = [(owned[pk], count) for pk, count in rows]
    if counts:
        total = sum(count for _, count in counts)
        title = f"{counted(total, 'route')} of notifications {'sends' if total == 1 else 'send'} nothing"
        linked = _linked(counts, lambda each: reverse("notification_routes", kwargs={"account_id": each.account_id}))
        text = format_html("No owner keeps them, or nothing arrives there: {}.", _named(linked))
        yield PanelRow(title, linked[0][0], text, severity="medium", action="Show the most")


def _drifted(estate: EstateHealth) -> Iterator[PanelRow]:
    counts = [(line.aws_account, line.drift) for line in estate.accounts if line.drift]
    if counts:
        url, total = reverse("all_drift"), sum(count for _, count in counts)
        text = format_html("In {}.", _where(counts, f"{url}?account="))
        title = f"{counted(total, 'change')} outside this console"
        yield PanelRow(title, url, text, severity="medium", action=f"Review {number(total)}")


def _unknown(estate: EstateHealth) -> Iterator[PanelRow]:
    """Resources of which nobody knows to whom they are open, since something that decides isn't read."""
    held = {line.aws_account.pk: line.aws_account for line in estate.accounts}
    rows = Resource.objects.live().filter(aws_account__in=held, exposure=Resource.Exposure.UNKNOWN)
    counts = [(held[pk], count) for pk, count in rows.order_by().values_list("aws_account").annotate(Count("pk"))]
    if counts:
        linked = _linked(
            counts, lambda each: f"{reverse('resources', kwargs={'account_id': each.account_id})}?open=unknown"
        )
        total = sum(count for _, count in counts)
        title = f"Of {counted(total, 'resource')} it is unknown whether everybody gets in"
        text = format_html("Not read in {}: {}.", counted(len(linked), "AWS account"), _named(linked))
        yield PanelRow(title, linked[0][0], text, severity="low", action="Show the most")


def _summed(counts: Iterable[RuleCount]) -> list[tuple[AwsAccount, int]]:
    found: dict[AwsAccount, int] = {}
    for each in counts:
        found[each.aws_account] = found.get(each.aws_account, 0) + each.count
    return list(found.items())


def _where(counts: Sequence[tuple[AwsAccount, int]], url: str) -> SafeString:
    """ "3 AWS accounts: Acme 9, Acme Data 5", those with the most first; `url` goes on with the number of each."""
    linked = _linked(counts, lambda each: f"{url}{each.account_id}")
    return format_html("{}: {}", counted(len(linked), "AWS account"), _named(linked))


def _linked(
    counts: Sequence[tuple[AwsAccount, int]], url_of: Callable[[AwsAccount], str]
) -> list[tuple[str, AwsAccount, int]]:
    """Those with the most first, each with where it leads."""
    most = sorted(counts, key=lambda pair: (-pair[1], pair[0].name.casefold()))
    return [(url_of(each), each, count) for each, count in most]


def _named(linked: Sequence[tuple[str, AwsAccount, int]]) -> SafeString:
    named = (format_html('<a href="{}">{}</a> {}', url, each.name, number(count)) for url, each, count in linked)
    more = f" and {len(linked) - NAMED} more" if len(linked) > NAMED else ""
    return format_html("{}{}", joined(islice(named, NAMED), ", "), more)
