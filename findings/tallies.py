"""How many findings are open, by rule and severity: counted when something changes, never on a page's request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from accounts.models import AwsAccount
from findings.models import AccountRefresh, Finding, FindingDay, FindingSeverity, RuleTally

NAMES = 5  # objects that are named
TREND_DAYS = 30


def recount(aws_account: AwsAccount, rules: Collection[str] | None = None) -> None:
    """Of all rules, or of these. Who recounts next waits for the caller’s transaction, and counts what it wrote."""
    AccountRefresh.objects.get_or_create(aws_account=aws_account)
    with transaction.atomic():
        AccountRefresh.objects.select_for_update().get(aws_account=aws_account)
        rows = Finding.objects.filter(aws_account=aws_account, state=Finding.State.OPEN)
        there = RuleTally.objects.filter(aws_account=aws_account)
        if rules is not None:
            rows, there = rows.filter(rule__in=list(rules)), there.filter(rule__in=list(rules))
        made = _counted(aws_account, rows)
        kept = {(each.rule, each.severity) for each in made}
        gone = [pk for pk, *of in there.values_list("pk", "rule", "severity") if tuple(of) not in kept]
        RuleTally.objects.filter(pk__in=gone).delete()
        RuleTally.objects.bulk_create(
            made,
            update_conflicts=True,
            unique_fields=["aws_account", "rule", "severity"],
            update_fields=["findings", "objects_with", "names", "sentence"],
        )
        _note_day(aws_account)


def _counted(aws_account: AwsAccount, rows: QuerySet[Finding]) -> list[RuleTally]:
    by_rule = rows.order_by().values_list("rule", "severity")
    found = []
    for rule, severity, findings, objects in by_rule.annotate(Count("pk"), Count("object_id", distinct=True)):
        of_rule = rows.filter(rule=rule, severity=severity).order_by("pk")
        first = list(of_rule.values_list("name", "object_id", "sentence")[: 2 * NAMES])
        found.append(
            RuleTally(
                aws_account=aws_account,
                rule=rule,
                severity=severity,
                findings=findings,
                objects_with=objects,
                names=list(dict.fromkeys(name or object_id for name, object_id, _ in first))[:NAMES],
                sentence=first[0][2] if findings == 1 and first else "",
            )
        )
    return found


def _note_day(aws_account: AwsAccount) -> None:
    counts = open_by_severity([aws_account])
    of_day = {str(each): counts[each] for each in FindingSeverity}
    FindingDay.objects.update_or_create(aws_account=aws_account, day=timezone.localdate(), defaults=of_day)


def open_by_severity(aws_accounts: Collection[AwsAccount]) -> Counter[str]:
    rows = RuleTally.objects.filter(aws_account__in=list(aws_accounts)).order_by()
    return Counter(dict(rows.values_list("severity").annotate(Sum("findings"))))


def recount_all(findings: Collection[Finding]) -> None:
    """After these were written: their rules, in their AWS accounts, in the order in which all who lock several do."""
    rules: dict[int, set[str]] = {}
    for each in findings:
        rules.setdefault(each.aws_account_id, set()).add(each.rule)
    for aws_account in AwsAccount.objects.filter(pk__in=rules).order_by("pk"):
        recount(aws_account, rules[aws_account.pk])


# ---- Trend -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Trend:
    """`days`: by severity, for each of the last days, today last; fewer where nobody counted before. A day on which
    nobody counted is as the one before. `known`: the AWS accounts that were counted before today, by primary key."""

    days: Sequence[Mapping[str, int]]
    known: frozenset[int]

    @property
    def today(self) -> Mapping[str, int]:
        """As it is now, since whatever changes is counted."""
        return self.days[-1] if self.days else {}


def trend(aws_accounts: Collection[AwsAccount], days: int = TREND_DAYS) -> Trend:
    today = timezone.localdate()
    first = today - timedelta(days=days - 1)
    known: dict[int, Counter[str]] = {}
    before: set[int] = set()
    noted: dict[tuple[int, int], Counter[str]] = {}
    rows = FindingDay.objects.filter(aws_account__in=list(aws_accounts), day__gte=first - timedelta(days=days))
    for row in rows.order_by("day"):
        counts = Counter({str(each): getattr(row, each) for each in FindingSeverity})
        before |= {row.aws_account_id} if row.day < today else set()
        if row.day < first:
            known[row.aws_account_id] = counts
        else:
            noted[row.aws_account_id, (row.day - first).days] = counts
    found = []
    for number in range(days):
        known |= {pk: counts for (pk, of), counts in noted.items() if of == number}
        if known:
            total: Counter[str] = sum(known.values(), Counter())
            found.append({str(each): total[each] for each in FindingSeverity})
    return Trend(found, frozenset(before))


def forget_days() -> int:
    """Once a minute: those of more than KEEP_RUNS_DAYS ago. Returns how many."""
    if not settings.KEEP_RUNS_DAYS:
        return 0
    before = timezone.localdate() - timedelta(days=max(settings.KEEP_RUNS_DAYS, 2 * TREND_DAYS))
    deleted, _ = FindingDay.objects.filter(day__lt=before).delete()
    return deleted
