"""The page over all AWS accounts, which is the first one after signing in from two AWS accounts on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import GrantGain, Operator
from estate.attention import attention_of
from estate.enrolment.organizations import count_new, read_organizations
from estate.health import AccountHealth, EstateHealth, Health, estate_health
from estate.scope import AllAccounts, all_accounts
from estate.waiting import waiting_rows
from findings.models import FindingSeverity
from iamconsole.web.exports import csv_lines, file_response
from iamconsole.web.words import counted, number
from sync.selectors import changes_in

SIZE = 50  # AWS accounts of a page
MOST_WAITING = 6
MOST_LOOKED_AT = 100  # changes that wait, of which those across AWS accounts are one row


@dataclass(frozen=True)
class Tally:
    """A figure of the row of four, with its words and where it leads."""

    label: str
    figure: int
    words: str
    url_name: str
    query: str = ""
    ink: str = ""


@dataclass(frozen=True)
class AccountsTable:
    """The table of AWS accounts as the address asks for it. `shown`: of its page."""

    shown: Sequence[AccountHealth]
    found: Sequence[AccountHealth]
    asked: Mapping[str, str]
    number: int

    @property
    def first(self) -> int:
        return self.number * SIZE + 1 if self.found else 0

    @property
    def last(self) -> int:
        return self.number * SIZE + len(self.shown)

    @property
    def previous_url(self) -> str:
        return self._url(self.number - 1) if self.number else ""

    @property
    def next_url(self) -> str:
        return self._url(self.number + 1) if self.last < len(self.found) else ""

    @property
    def csv_url(self) -> str:
        return "?" + urlencode({**self.asked, "format": "csv"})

    def _url(self, number: int) -> str:
        return "?" + urlencode({**self.asked, **({"page": number + 1} if number else {})}) + "#accounts"


@dataclass(frozen=True)
class _CsvColumn:
    name: str
    value: Any


def _findings_in_file(line: AccountHealth, severity: str) -> int | str:
    count = line.findings.get(severity, 0)
    return count if count or line.are_findings_known else "unknown"


_COLUMNS = (
    _CsvColumn("account", lambda line: line.aws_account.name),
    _CsvColumn("account_id", lambda line: line.aws_account.account_id),
    _CsvColumn("environment", lambda line: line.aws_account.get_environment_display()),
    _CsvColumn("health", lambda line: line.health.word),
    *(_CsvColumn(each.value, lambda line, each=each: _findings_in_file(line, each.value)) for each in FindingSeverity),
    _CsvColumn("as_of", lambda line: line.pulls.at or "never"),
    _CsvColumn("not_read", lambda line: list(line.pulls.missing)),
    _CsvColumn("drift", lambda line: line.drift if line.is_known or line.drift else "unknown"),
    _CsvColumn("open_changes", lambda line: line.open_changes),
    _CsvColumn("owners", lambda line: list(line.owners)),
    _CsvColumn("labels", lambda line: [label.name for label in line.labels]),
)


@require_GET
def overview(request: HttpRequest) -> HttpResponseBase:
    scope = all_accounts(request)
    estate = estate_health(scope)
    table = _table(request, scope, estate)
    if request.GET.get("format") == "csv":
        return file_response("csv", "aws-accounts", csv_lines(_COLUMNS, iter(table.found)))
    waits = changes_in(scope.held, waits_for=scope.operator).filter(waits_for_me=True)
    waiting = waits[:MOST_LOOKED_AT] if estate.waiting else ()
    context = {
        "scope": scope,
        "estate": estate,
        "lede": _lede(estate),
        "tallies": _tallies(estate),
        "attention": attention_of(
            scope.operator, estate, gains=_gains(scope.operator), unconnected=_unconnected(scope.operator)
        ),
        "waiting": list(islice(waiting_rows(scope.operator, waiting), MOST_WAITING)),
        "ages": _ages(estate),
        "table": table,
        "healths": list(Health),
    }
    return render(request, "estate/overview.html", context)


def _table(request: HttpRequest, scope: AllAccounts, estate: EstateHealth) -> AccountsTable:
    given = {name: request.GET.get(name, "").strip()[:200] for name in ("q", "health", "label")}
    asked = {name: value for name, value in given.items() if value}
    words, labelled = given["q"].casefold(), {each.pk for each in scope.with_label(given["label"])}
    found = [
        line
        for line in estate.accounts
        if (not words or words in _searched(line))
        and given["health"] in ("", *(each.slug for each in line.all_health))
        and (not given["label"] or line.aws_account.pk in labelled)
    ]
    typed = request.GET.get("page", "")
    last = max(0, (len(found) - 1) // SIZE)
    wanted = int(typed) - 1 if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 0
    at = max(0, min(wanted, last))
    return AccountsTable(found[at * SIZE : (at + 1) * SIZE], found, asked, at)


def _searched(line: AccountHealth) -> str:
    said = (line.aws_account.name, line.aws_account.account_id, *line.owners, *(label.name for label in line.labels))
    return " ".join(said).casefold()


def _gains(operator: Operator) -> int:
    """Grants that wait for owners of all AWS accounts."""
    return GrantGain.objects.filter(state=GrantGain.State.WAITING).count() if operator.owns_all() else 0


def _unconnected(operator: Operator) -> dict[str, int]:
    """For owners of all AWS accounts."""
    return count_new(read_organizations()) if operator.owns_all() else {}


# ---- Words -----------------------------------------------------------------------------------------------------------
def _with(lines: Iterable[AccountHealth], severity: str) -> tuple[int, int]:
    """How many findings there are, and in how many AWS accounts."""
    counts = [line.findings.get(severity, 0) for line in lines]
    return sum(counts), sum(1 for count in counts if count)


def _lede(estate: EstateHealth) -> str:
    _, critical = _with(estate.accounts, FindingSeverity.CRITICAL)
    failed = sum(1 for line in estate.accounts if line.pulls.failed)
    said = [
        _critical(estate, critical),
        f"pulls of {number(failed)} fail" if failed else "no pull fails",
        f"{counted(estate.waiting, 'decision waits', 'decisions wait')} for you"
        if estate.waiting
        else "nothing waits for you",
    ]
    return f"{counted(len(estate.accounts), 'AWS account')}. {', '.join(said)}."


def _critical(estate: EstateHealth, count: int) -> str:
    if count:
        return f"{counted(count, 'has', 'have')} critical findings"
    return f"None {'is known to have' if _unknown(estate.accounts) else 'has'} a critical finding"


def _unknown(lines: Iterable[AccountHealth]) -> int:
    """How many AWS accounts may have findings that nobody knows of."""
    return sum(1 for line in lines if not line.are_findings_known and not line.aws_account.resting)


def _tallies(estate: EstateHealth) -> list[Tally]:
    lines = estate.accounts
    critical, where = _with(lines, FindingSeverity.CRITICAL)
    drifted = [line.drift for line in lines if line.drift]
    failed = sum(1 for line in lines if line.pulls.failed)
    old = sum(1 for line in lines if not line.pulls.is_young and not line.aws_account.resting)
    in_accounts = f"in {counted(where, 'AWS account') if where else 'no AWS account'}"
    if unknown := _unknown(lines):
        in_accounts += f"; not known of {number(unknown)}"
    noun = "AWS account" if failed == 1 else "AWS accounts"
    unread = f"{noun}; {number(old)} not read in 24 h" if old else f"{noun}; all read in the last 24 h"
    return [
        Tally("Critical findings", critical, in_accounts, "all_findings", "severity=critical", "danger"),
        Tally("Wait for you", estate.waiting, "changes to decide about", "all_changes", "waiting=me"),
        Tally("Changes outside", sum(drifted), "in " + counted(len(drifted), "AWS account"), "all_drift", ink="warn"),
        Tally(
            "AWS accounts whose pulls failed",
            failed,
            unread,
            "all_overview",
            f"health={Health.FAILED.slug}#accounts",
            "danger",
        ),
    ]


@dataclass(frozen=True)
class AgeLine:
    label: str
    count: int
    named: Sequence[AccountHealth]
    ink: str = ""

    @property
    def more(self) -> int:
        return self.count - len(self.named)


def _ages(estate: EstateHealth) -> list[AgeLine]:
    """How complete what one sees is; each AWS account is in the first line that is true of it."""
    labels = ("Complete", "Partial", "Failed", "Old", "Never", "Rests")
    kinds: dict[str, list[AccountHealth]] = {label: [] for label in labels}
    for line in estate.accounts:
        kinds[_age_of(line)].append(line)
    inks = {"Failed": "ink-danger", "Old": "ink-warn"}
    return [
        AgeLine(label, len(lines), () if label == "Complete" else lines[:3], inks.get(label, ""))
        for label, lines in kinds.items()
        if lines or label == "Complete"
    ]


def _age_of(line: AccountHealth) -> str:
    if line.aws_account.resting:
        return "Rests"
    if line.pulls.failed:
        return "Failed"
    if line.pulls.at is None:
        return "Never"
    if not line.pulls.is_young:
        return "Old"
    return "Partial" if line.pulls.missing else "Complete"
