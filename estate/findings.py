"""Findings over all AWS accounts: each row is one finding, with its object and the rule that found it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import AwsAccount, Operator
from estate.health import rule_titles
from findings.models import Finding, FindingSeverity
from iamconsole.web.elements import ago, flag, name_link, small
from iamconsole.web.filters import ChoiceFilter, Filter, FilterChoice
from iamconsole.web.panels import SEVERITIES
from iamconsole.web.tables import Column, Table
from iamconsole.web.trigrams import LEAST
from sync import mirror


def rows_of(operator: Operator, aws_accounts: Sequence[AwsAccount]) -> QuerySet[Any]:
    """Those whose evidence is there."""
    return Finding.objects.visible_to(operator).there().filter(aws_account__in=aws_accounts)


def link_objects(findings: Sequence[Any]) -> None:
    """Sets `object_url` of each: of its object's page, "" where it has none. One query a kind of objects."""
    wanted: dict[str, set[str]] = {}
    for finding in findings:
        finding.object_url = ""
        wanted.setdefault(finding.kind, set()).add(finding.object_id)
    for kind, ids in wanted.items():
        if about := mirror.mirror_about(kind):
            places = {finding.aws_account_id for finding in findings}
            rows = about.model.objects.filter(aws_account__in=places, aws_id__in=ids).select_related("aws_account")
            urls = {(row.aws_account_id, row.aws_id): about.url(row) for row in rows}
            for finding in findings:
                if finding.kind == kind:
                    finding.object_url = urls.get((finding.aws_account_id, finding.object_id), "")


# ---- Cells -----------------------------------------------------------------------------------------------------------
def _noun(finding: Finding) -> str:
    about = mirror.mirror_about(finding.kind)
    return str(about.model._meta.verbose_name) if about else finding.kind


def _object(finding: Finding) -> str:
    return finding.name or finding.object_id


def _object_cell(finding: Any, aws_account: AwsAccount) -> SafeString:
    below = small(_noun(finding))
    if finding.object_url:
        return name_link(finding.object_url, _object(finding), below)
    return format_html('<span class="name">{}</span>{}', _object(finding), below)


def _severity_cell(finding: Finding, aws_account: AwsAccount) -> SafeString:
    word, kind, mark = SEVERITIES[finding.severity]
    return flag(word, kind, mark)


def _state(finding: Finding) -> str:
    return finding.get_state_display() if finding.is_muted or finding.state != Finding.State.MUTED else "Open"


def _seen_cell(finding: Finding, aws_account: AwsAccount) -> SafeString:
    return ago(finding.first_seen)


# ---- Filters ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class RuleFilter(Filter):
    """Which rules there are is known when all apps have registered their sources."""

    control: ClassVar[str] = "select"

    def options(self, scope: Any) -> Iterable[tuple[str, str]]:
        return sorted(((rule, title.rstrip(".")) for rule, title in rule_titles().items()), key=lambda pair: pair[1])

    def chip(self, scope: Any, value: str) -> str | None:
        title = rule_titles().get(value)
        return title.rstrip(".") if title else None

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(rule=value)


def _counted(rows: QuerySet[Any]) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.counted_at(timezone.now())  # type: ignore[attr-defined]  # a FindingQuerySet
    return found


def _muted(rows: QuerySet[Any]) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.muted_at(timezone.now())  # type: ignore[attr-defined]
    return found


def _search(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    begins = Q(name__istartswith=words)
    if len(words) < LEAST:
        return rows.filter(begins)
    return rows.filter(Q(name__icontains=words) | Q(sentence__icontains=words) | Q(object_id=words))


FINDINGS = Table(
    name="findings",
    one="finding",
    many="findings",
    default_sort="severity",
    search=_search,
    search_hint="Name, unique id or words",
    count=lambda rows: rows.count(),
    columns=(
        Column("object", "Object", _object, cell=_object_cell, sort="name"),
        Column("severity", "Severity", lambda row: row.get_severity_display(), cell=_severity_cell, sort="rank"),
        Column("sentence", "What was found", lambda row: row.sentence),
        Column("kind", "Kind", _noun, only_export=True),
        Column("object_id", "Unique id", lambda row: row.object_id, only_export=True),
        Column("rule", "Rule", lambda row: row.rule, only_export=True),
        Column("state", "State", _state, optional=True),
        Column(
            "seen",
            "First seen",
            lambda row: row.first_seen,
            cell=_seen_cell,
            sort="first_seen",
            newest_first=True,
            css="nowrap",
        ),
    ),
    filters=(
        ChoiceFilter(
            "state",
            "State",
            default="open",
            choices=(
                FilterChoice("open", "Open: somebody has to act", _counted, "Open"),
                FilterChoice("muted", "Muted", _muted),
                FilterChoice("accepted", "Accepted", Q(state=Finding.State.ACCEPTED)),
            ),
        ),
        ChoiceFilter(
            "severity",
            "Severity",
            choices=tuple(FilterChoice(each.value, each.label, Q(severity=each.value)) for each in FindingSeverity),
        ),
        RuleFilter("rule", "Rule"),
    ),
    empty_icon="circle-check",
    empty_title="Nothing was found",
    copies=("object_id", "unique id"),
)
