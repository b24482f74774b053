"""What the list of managed policies says of each beyond what AWS does: level, findings, who has it, and its use.

An app above writes these columns (access/policy_figures.py); here they are shown, sorted and filtered by.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from findings.models import FindingSeverity
from iamconsole.web import panels
from iamconsole.web.elements import NONE, ago, flag, joined, muted, object_url
from iamconsole.web.filters import ChoiceFilter, FilterChoice
from iamconsole.web.tables import Column
from iamconsole.web.templatetags.console import level
from iamconsole.web.vocabulary import LEVELS
from iamconsole.web.words import counted
from policies.models import ManagedPolicy

SEVERITIES = ("", *(each.value for each in reversed(FindingSeverity)))  # by the number in `worst_finding`
NOT_USED_FOR = timedelta(days=90)
_UNKNOWN, _NOBODY = muted("Unknown"), muted("Nobody")
_AWS_ONLY = muted("Not looked at")  # only AWS changes its own policies, so nobody is told what is wrong with them


# ---- Cells ---------------------------------------------------------------------------------------------------
def _level(row: ManagedPolicy) -> str:
    return "unknown" if row.level is None else LEVELS[row.level]


def _level_cell(row: ManagedPolicy, aws_account: Any) -> SafeString:
    return _UNKNOWN if row.level is None else _bars(LEVELS[row.level])


@cache
def _bars(name: str) -> SafeString:
    return render_to_string("elements/level.html", level(name))


def _severity(row: ManagedPolicy) -> str:
    if row.worst_finding is None:
        return "not looked at" if row.is_aws else "unknown"
    return SEVERITIES[row.worst_finding] or "none"


def _findings_cell(row: ManagedPolicy, aws_account: Any) -> SafeString:
    if row.worst_finding is None:
        return _AWS_ONLY if row.is_aws else _UNKNOWN
    if not row.worst_finding:
        return NONE
    word, ink, icon = panels.SEVERITIES[SEVERITIES[row.worst_finding]]
    url = f"{object_url('policy', aws_account.account_id, row.aws_id)}#h-findings"
    many = format_html('<a class="small" href="{}">{}</a>', url, counted(row.finding_count or 0, "finding"))
    return joined([flag(word, ink, icon), many], " ")


def _holders_cell(row: ManagedPolicy, aws_account: Any) -> str:
    if row.holder_count is None:
        return _UNKNOWN
    return counted(row.holder_count, "principal") if row.holder_count else _NOBODY


def _use(row: ManagedPolicy) -> str:
    return row.last_used_at.isoformat() if row.last_used_at else ManagedPolicy.Use(row.use).label


def _use_cell(row: ManagedPolicy, aws_account: Any) -> SafeString:
    return ago(row.last_used_at) if row.last_used_at else muted(ManagedPolicy.Use(row.use).label)


def _unused(row: ManagedPolicy) -> Any:
    return _why_no_proposal(row) if row.unused_count is None else row.unused_count


def _unused_cell(row: ManagedPolicy, aws_account: Any) -> str:
    if row.unused_count is None:
        return muted(_why_no_proposal(row))
    return counted(row.unused_count, "service") if row.unused_count else NONE


def _why_no_proposal(row: ManagedPolicy) -> str:
    """AWS's policies, boundaries, and what nobody has are never narrowed (access/least_privilege.py)."""
    never = row.is_aws or row.boundary_count > 0 or row.holder_count == 0
    return "Not proposed" if never else "Unknown"


COLUMNS = (
    Column("level", "Level", _level, cell=_level_cell, sort="level", newest_first=True),
    Column("findings", "Findings", _severity, cell=_findings_cell, sort="worst_finding", newest_first=True),
    Column("finding_count", "Number of findings", lambda row: row.finding_count, only_export=True),
    Column(
        "used_by",
        "Used by",
        lambda row: row.holder_count,
        cell=_holders_cell,
        sort="holder_count",
        newest_first=True,
        css="num nowrap",
    ),
    Column("last_used", "Last used", _use, cell=_use_cell, sort="last_used_at", newest_first=True, css="num nowrap"),
    Column(
        "unused",
        "Unused",
        _unused,
        cell=_unused_cell,
        sort="unused_count",
        newest_first=True,
        css="num nowrap",
        optional=True,
    ),
)


# ---- Filters -------------------------------------------------------------------------------------------------
def _not_used_lately(rows: QuerySet[Any]) -> QuerySet[Any]:
    long_ago = Q(last_used_at__lt=timezone.now() - NOT_USED_FOR)
    return rows.filter(Q(use=ManagedPolicy.Use.NEVER) | long_ago)


def _at_least(number: int, name: str) -> FilterChoice:
    return FilterChoice(name, f"{name.capitalize()} or higher", Q(level__gte=number), f"Level: {name} or higher")


def _as_bad_as(number: int, name: str) -> FilterChoice:
    label = panels.SEVERITIES[name][0]
    more = " or worse" if number < len(SEVERITIES) - 1 else ""
    return FilterChoice(name, f"{label}{more}", Q(worst_finding__gte=number), f"Worst finding: {name}{more}")


_BY_LEVEL = [_at_least(number, name) for number, name in enumerate(LEVELS) if 0 < number < len(LEVELS) - 1]
_BY_SEVERITY = [_as_bad_as(number, name) for number, name in enumerate(SEVERITIES) if number > 0]
FILTERS = (
    ChoiceFilter(
        "level",
        "Level",
        choices=(
            *_BY_LEVEL,
            FilterChoice("everything", "Everything", Q(level=len(LEVELS) - 1), "Level: everything"),
            FilterChoice("none", "None", Q(level=0), "Level: none"),
            FilterChoice("unknown", "Unknown", Q(level=None), "Level: unknown"),
        ),
    ),
    ChoiceFilter(
        "findings",
        "Findings",
        choices=(
            FilterChoice("some", "Any finding", Q(worst_finding__gt=0), "Has findings"),
            *reversed(_BY_SEVERITY[1:]),
            FilterChoice("none", "None", Q(worst_finding=0), "No findings"),
            FilterChoice("unknown", "Unknown, or not looked at", Q(worst_finding=None), "Findings: unknown"),
        ),
    ),
    ChoiceFilter(
        "used_by",
        "Used by",
        choices=(
            FilterChoice("nobody", "Nobody", Q(holder_count=0), "Used by nobody"),
            FilterChoice("somebody", "Somebody", Q(holder_count__gt=0), "Used by somebody"),
        ),
    ),
    ChoiceFilter(
        "last_used",
        "Last used",
        choices=(
            FilterChoice("90_days", "Not for 90 days", _not_used_lately, "Not used for 90 days"),
            FilterChoice("ever", "At some time", Q(use=ManagedPolicy.Use.USED), "Was used"),
            FilterChoice("untracked", "Not tracked", Q(use=ManagedPolicy.Use.UNTRACKED), "Use not tracked"),
            FilterChoice("unknown", "Unknown", Q(use=ManagedPolicy.Use.UNKNOWN), "Last use unknown"),
        ),
    ),
    ChoiceFilter(
        "unused",
        "Unused services",
        choices=(
            FilterChoice("some", "Some", Q(unused_count__gt=0), "Has unused services"),
            FilterChoice("none", "None", Q(unused_count=0), "No unused services"),
        ),
    ),
)
