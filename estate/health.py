"""How well each AWS account is, as far as the console knows.

*Good* needs a complete pull of the last 24 hours. What isn't known is *Unknown*, never *Good* and never *None*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count

from accounts.models import AccountLabel, AwsAccount, Grant
from accounts.roles import Role
from estate.pulls import PullStanding, pull_standings
from estate.scope import AllAccounts
from findings.looked import looked_in
from findings.models import FindingSeverity, RuleTally
from iamconsole.web.marked_states import MarkedState
from iamconsole.web.panels import SEVERITIES
from sync import drift
from sync.account_status import remember_statuses
from sync.models import Change
from sync.selectors import OPEN, waiting_in


class Health(MarkedState):
    """The worst first: its word, its icon, its ink."""

    CRITICAL = ("Critical", "octagon-alert", "ink-danger")
    FAILED = ("Pull failed", "circle-x", "ink-danger")
    NEVER = ("Not pulled yet", "circle-dashed", "muted")
    ATTENTION = ("Needs attention", "triangle-alert", "ink-warn")
    UNKNOWN = ("Unknown", "circle-question-mark", "ink-warn")
    PARTLY = ("Partly read", "circle-question-mark", "ink-warn")
    GOOD = ("Good", "check", "ink-ok")
    RESTS = ("Rests", "circle-pause", "muted")

    @property
    def slug(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class AccountHealth:
    """What the page says of one AWS account."""

    aws_account: AwsAccount
    pulls: PullStanding
    findings: Mapping[str, int]  # open ones by severity
    drift: int
    open_changes: int
    stuck_changes: int
    labels: Sequence[AccountLabel]
    owners: Sequence[str]
    is_looked_at: bool  # for findings, since its users, roles and policies were read

    @property
    def health(self) -> Health:
        return self.all_health[0]

    @cached_property
    def all_health(self) -> Sequence[Health]:
        """All that is true of it, the worst first. Of one that rests nobody expects more."""
        if self.aws_account.resting:
            return [Health.RESTS]
        pulls = self.pulls
        is_true = {
            Health.CRITICAL: self.findings.get(FindingSeverity.CRITICAL),
            Health.FAILED: pulls.failed,
            Health.NEVER: pulls.at is None,
            Health.ATTENTION: self.findings.get(FindingSeverity.HIGH) or self.stuck_changes or self.drift,
            Health.UNKNOWN: pulls.at is not None and not pulls.is_young,
            Health.PARTLY: pulls.is_young and (pulls.missing or not self.is_looked_at),
        }
        return [each for each in Health if is_true.get(each)] or [Health.GOOD]

    @property
    def is_known(self) -> bool:
        """Whether a 0 means that there is none: what nobody has read lately says nothing."""
        return self.pulls.is_young

    @property
    def are_findings_known(self) -> bool:
        """The same of findings, which are looked for within minutes of a pull."""
        return self.is_known and self.is_looked_at

    @property
    def worst_findings(self) -> list[tuple[str, int, str, str]]:
        """The critical and the high ones: the severity, how many, and the kind and icon of its badge."""
        worst = (str(FindingSeverity.CRITICAL), str(FindingSeverity.HIGH))
        return [(each, self.findings[each], *SEVERITIES[each][1:]) for each in worst if self.findings.get(each)]

    @property
    def other_findings(self) -> int:
        return sum(self.findings.values()) - sum(count for _, count, _, _ in self.worst_findings)


@dataclass(frozen=True)
class RuleCount:
    """The open findings of a rule in one AWS account."""

    aws_account: AwsAccount
    rule: str
    severity: str
    count: int


@dataclass(frozen=True)
class EstateHealth:
    """All of it. `waiting`: how many changes wait for the operator."""

    accounts: Sequence[AccountHealth]
    rules: Sequence[RuleCount]
    waiting: int


def estate_health(scope: AllAccounts) -> EstateHealth:
    """The AWS accounts with the worst health first. How many queries that takes doesn't hang on how many there are."""
    held = scope.held
    remember_statuses(held)
    rules, standings = _rules(scope), pull_standings(held)
    drifted, owners = _drifted(held), _owners(held)
    opened, stuck = _changes(held)
    looked_at = looked_in(held)
    by_account: dict[int, Counter[str]] = {each.pk: Counter() for each in held}
    for each in rules:
        by_account[each.aws_account.pk][each.severity] += each.count
    lines = [
        AccountHealth(
            each,
            standings[each.pk],
            by_account[each.pk],
            drifted[each.pk],
            opened[each.pk],
            stuck[each.pk],
            scope.labelled.get(each.pk, ()),
            owners.get(each.pk, ()),
            each.pk in looked_at,
        )
        for each in held
    ]
    order = list(Health)
    lines.sort(key=lambda line: (order.index(line.health), line.aws_account.name.casefold(), line.aws_account.pk))
    return EstateHealth(lines, rules, waiting_in(scope.operator, held).count() if held else 0)


def _rules(scope: AllAccounts) -> list[RuleCount]:
    tallies = RuleTally.objects.filter(aws_account__in=scope.held).order_by("pk")
    rows = tallies.values_list("aws_account", "rule", "severity", "findings")
    return [RuleCount(scope.by_pk[pk], rule, severity, count) for pk, rule, severity, count in rows]


def _drifted(held: Sequence[AwsAccount]) -> Counter[int]:
    rows = drift.to_count_in(held).order_by().values_list("drift_in").annotate(Count("pk"))
    return Counter(dict(rows))


def _changes(held: Sequence[AwsAccount]) -> tuple[Counter[int], Counter[int]]:
    """Those that are open, and those of them that stopped."""
    opened: Counter[int] = Counter()
    stuck: Counter[int] = Counter()
    rows = Change.objects.filter(OPEN, aws_account__in=held).order_by().values_list("aws_account", "state")
    for pk, state, count in rows.annotate(Count("pk")):
        opened[pk] += count
        stuck[pk] += count if state in Change.STUCK else 0
    return opened, stuck


def _owners(held: Sequence[AwsAccount]) -> dict[int, list[str]]:
    """The names of who owns it by a grant of its own, each once: operators who can sign in, and groups."""
    found: dict[int, dict[str, None]] = {}
    grants = Grant.objects.filter(aws_account__in=held, role=Role.OWNER).select_related("operator", "group")
    for grant in grants.order_by("pk"):
        if grant.operator is None or grant.operator.is_active:
            found.setdefault(grant.aws_account_id or 0, {})[str(grant.operator or grant.group)] = None
    return {pk: list(names) for pk, names in found.items()}
