"""The list of findings, as data. What it is sorted by groups it, too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Operator
from findings.fixes import fixable_rules
from findings.models import Finding, FindingSeverity
from findings.owners import left
from findings.sources import all_rules, rule_of
from iamconsole.web.filters import ChoiceFilter, Filter, FilterChoice
from iamconsole.web.tables import Column, Table
from iamconsole.web.trigrams import LEAST
from sync import mirror

NEW = timedelta(days=1)
_OLD = timedelta(days=30)
GROUPED = {"rule": "Rule", "object": "Object", "owner": "Owner", "severity": "Severity"}  # by the sort that groups so


def noun_of(finding: Finding) -> str:
    about = mirror.mirror_about(finding.kind)
    return str(about.model._meta.verbose_name) if about else finding.kind.rpartition(".")[2].replace("_", " ")


def called(finding: Finding) -> str:
    return finding.name or finding.object_id


def state_of(finding: Finding) -> str:
    return finding.get_state_display() if finding.is_muted or finding.state != Finding.State.MUTED else "Open"


# ---- Filters ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class RuleFilter(Filter):
    """Which rules there are is known when all apps have registered their sources."""

    control: ClassVar[str] = "select"

    def options(self, scope: Any) -> Iterable[tuple[str, str]]:
        return sorted(((rule.id, rule.name) for rule in all_rules().values()), key=lambda pair: pair[1])

    @property
    def fixed_values(self) -> tuple[str, ...]:
        return tuple(sorted(all_rules()))

    def chip(self, scope: Any, value: str) -> str | None:
        found = all_rules().get(value)
        return found.name if found else None

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(rule=value)


@dataclass(frozen=True)
class OwnerFilter(Filter):
    """By the one who asks, or what is the matter with the owner."""

    operator: int = 0

    control: ClassVar[str] = "select"
    _CHOICES: ClassVar[dict[str, str]] = {"mine": "Mine", "none": "No owner", "left": "Owner has left"}

    def options(self, scope: Any) -> Iterable[tuple[str, str]]:
        return self._CHOICES.items()

    @property
    def fixed_values(self) -> tuple[str, ...]:
        return tuple(self._CHOICES)

    def chip(self, scope: Any, value: str) -> str | None:
        return self._CHOICES.get(value)

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        mine = Q(owner=self.operator) | Q(owner_group__user=self.operator)
        return rows.filter({"mine": mine, "none": Q(owner_name=""), "left": left()}[value])


@dataclass(frozen=True)
class OwnerNameFilter(Filter):
    """Of one group of the list that is grouped by owner: its link has it, the menu doesn't."""

    control: ClassVar[str] = "text"
    suggests: ClassVar[bool] = False

    def chip(self, scope: Any, value: str) -> str | None:
        return f"Owner {value}"

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(owner_name=value)


@dataclass(frozen=True)
class ObjectFilter(Filter):
    """By the unique id of an object."""

    control: ClassVar[str] = "text"
    suggests: ClassVar[bool] = False

    def chip(self, scope: Any, value: str) -> str | None:
        return f"Object {value}"

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(object_id=value)


def _muted(rows: QuerySet[Any]) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.muted_at(timezone.now())  # type: ignore[attr-defined]  # a FindingQuerySet
    return found


def _since(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(first_seen__gt=timezone.now() - NEW)


def _for_long(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(first_seen__lt=timezone.now() - _OLD)


def _fixable(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(rule__in=fixable_rules())


_STATES = (
    FilterChoice("open", "Open: somebody has to act", Q(state=Finding.State.OPEN), "Open"),
    FilterChoice("muted", "Muted", _muted),
    FilterChoice("accepted", "Accepted", Q(state=Finding.State.ACCEPTED)),
    FilterChoice("mended", "Mended", Q(state=Finding.State.MENDED)),
    FilterChoice("off", "Of rules that are off", Q(state=Finding.State.OFF), "Rule is off"),
)
_GRAVE = (str(FindingSeverity.CRITICAL), str(FindingSeverity.HIGH))
_FILTERS = (
    ChoiceFilter("state", "State", default="open", choices=_STATES),
    ChoiceFilter(
        "severity",
        "Severity",
        choices=(
            FilterChoice("grave", "Critical and high", Q(severity__in=_GRAVE)),
            *(FilterChoice(each.value, each.label, Q(severity=each.value)) for each in FindingSeverity),
        ),
    ),
    RuleFilter("rule", "Rule"),
    ChoiceFilter(
        "age",
        "Open for",
        choices=(
            FilterChoice("new", "A day at most", _since, "New"),
            FilterChoice("old", "More than 30 days", _for_long, "Open for more than 30 days"),
        ),
    ),
    ChoiceFilter(
        "fix", "Fix", choices=(FilterChoice("staged", "The console can stage one", _fixable, "With a fix to stage"),)
    ),
    ObjectFilter("object", "Object (unique id)"),
    OwnerNameFilter("owned_by", "Owner’s name"),
)


def _search(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    begins = Q(name__istartswith=words)
    if len(words) < LEAST:
        return rows.filter(begins)
    return rows.filter(Q(name__icontains=words) | Q(sentence__icontains=words) | Q(object_id=words))


FINDINGS = Table(
    name="findings",
    one="finding",
    many="findings",
    default_sort="rule",
    search=_search,
    search_hint="Object, words or unique id",
    counts_to=10_000,
    columns=(
        Column("object", "Object", called, sort="by_object"),
        Column("rule", "Rule", lambda row: row.rule, sort="by_rule"),
        Column("title", "What", lambda row: rule_of(row.rule).name),
        Column("severity", "Severity", lambda row: row.get_severity_display(), sort="rank"),
        Column("sentence", "What was found", lambda row: row.sentence),
        Column("kind", "Kind", noun_of),
        Column("object_id", "Unique id", lambda row: row.object_id),
        Column("region", "Region", lambda row: row.region),
        Column("state", "State", state_of),
        Column("reason", "Reason", lambda row: row.mute_reason),
        Column("until", "Muted until", lambda row: row.muted_until if row.is_muted else None),
        Column("owner", "Owner", lambda row: row.owner_name, sort="owner_name"),
        Column("seen", "First seen", lambda row: row.first_seen, sort="first_seen", newest_first=True),
        Column("last_seen", "Last seen", lambda row: row.last_seen),
    ),
    filters=_FILTERS,
    rows_template="findings/rows.html",
    empty_icon="circle-check",
    empty_title="Nothing was found",
    copies=("object_id", "unique id"),
)


def table_for(table: Table, operator: Operator) -> Table:
    """With the filter by owner, which is about who asks."""
    return replace(table, filters=(*table.filters, OwnerFilter("owner", "Owner", operator=operator.pk)))
