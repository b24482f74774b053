"""What is found, on the overview of an AWS account: a row for each rule, the worst first, as it was counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from findings.drift_source import RULE as DRIFT
from findings.looked import not_known_yet
from findings.models import FindingSeverity, RuleTally
from findings.sources import rule_of
from iamconsole.web import panels
from iamconsole.web.words import counted, number, some

MOST = 20  # rows
_LATER = (FindingSeverity.LOW,)  # these together are one row


@dataclass
class RuleFigures:
    """The open findings of a rule, of all severities; of several AWS accounts, if need be."""

    rule: str
    severity: FindingSeverity  # the worst
    findings: int = 0
    objects: int = 0
    names: list[str] = field(default_factory=list)
    sentence: str = ""  # of the one that there is

    @property
    def badge(self) -> tuple[str, str, str]:
        return panels.SEVERITIES[self.severity]

    def add(self, tally: RuleTally) -> None:
        self.sentence = tally.sentence if not self.findings else ""
        self.findings += tally.findings
        self.objects += tally.objects_with
        self.names = list(dict.fromkeys([*self.names, *tally.names]))


def figures(tallies: Sequence[RuleTally]) -> list[RuleFigures]:
    """By rule; the worst first, then those with the most findings."""
    found: dict[str, RuleFigures] = {}
    for tally in sorted(tallies, key=lambda each: FindingSeverity(each.severity).rank):
        found.setdefault(tally.rule, RuleFigures(tally.rule, FindingSeverity(tally.severity))).add(tally)
    return sorted(found.values(), key=lambda each: (each.severity.rank, -each.findings, each.rule))


def rows(request: HttpRequest, aws_account: AwsAccount) -> Iterator[panels.PanelRow]:
    """Drift has a row of its own there."""
    tallies = [each for each in RuleTally.objects.filter(aws_account=aws_account) if each.rule != DRIFT]
    url = reverse("findings", kwargs={"account_id": aws_account.account_id})
    listed = figures(tallies)
    shown = [each for each in listed if each.severity not in _LATER][:MOST]
    yield from (_row(each, url) for each in shown)
    rest = [each for each in listed if each not in shown]
    if rest:
        total = sum(each.findings for each in rest)
        yield panels.PanelRow(
            f"{counted(total, 'finding')} more, of {counted(len(rest), 'rule')}",
            f"{url}?{urlencode({'sort': 'rule'})}",
            f"{some([rule_of(each.rule).name for each in rest])}.",
            severity=str(rest[0].severity),
            action=f"Review {number(total)}",
        )


def _row(of: RuleFigures, url: str) -> panels.PanelRow:
    rule = rule_of(of.rule)
    named = "" if rule.alone else f"{some(of.names, of.objects)}. "
    return panels.PanelRow(
        rule.heading(of.objects, of.findings),
        f"{url}?{urlencode({'rule': of.rule})}",
        f"{named}{of.sentence or rule.why}",
        severity=str(of.severity),
        action=f"Review {number(of.findings)}",
    )


def register() -> None:
    panels.register(
        panels.Panel(
            "overview.attention",
            "findings",
            "Findings",
            rows=rows,
            not_known_yet=not_known_yet,
            permission=SEE_IAM,
            position=20,
        )
    )
