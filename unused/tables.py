"""The list of what nobody uses, as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from iamconsole.web.elements import ago, day, flag, joined, muted, name_link, object_url, small
from iamconsole.web.filters import ChoiceFilter, Filter, FilterChoice
from iamconsole.web.tables import Column, Table
from iamconsole.web.words import counted, machine_time
from unused.kinds.base import LEAST
from unused.kinds.registry import KINDS
from unused.models import UnusedObject

State = UnusedObject.State


# ---- Filters ---------------------------------------------------------------------------------------------------
def _idle(days: int) -> FilterChoice:
    def rows(found: QuerySet[Any]) -> QuerySet[Any]:
        return found.filter(idle_since__lte=timezone.now() - timedelta(days=days))

    return FilterChoice(str(days), f"{days} days or more", rows, f"Unused for {days} days or more")


@dataclass(frozen=True)
class OwnerTagFilter(Filter):
    """By what the tag says of the owner, or that there is none."""

    control: ClassVar[str] = "select"
    NONE: ClassVar[str] = "none"

    def options(self, scope: Any) -> Iterable[tuple[str, str]]:
        rows = UnusedObject.objects.filter(aws_account=scope).exclude(owner="").order_by("owner")
        names = rows.values_list("owner", flat=True).distinct()
        return [(self.NONE, "No owner"), *((f"={name}", name) for name in names[:100])]

    def chip(self, scope: Any, value: str) -> str | None:
        if value == self.NONE:
            return "No owner"
        return f"Owner {value[1:]}" if value.startswith("=") and value[1:] else None

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(owner="" if value == self.NONE else value[1:])


_FILTERS = (
    ChoiceFilter(
        "kind",
        "Kind",
        choices=tuple(FilterChoice(kind.slug, kind.label, Q(kind=kind.slug)) for kind in KINDS.values()),
    ),
    ChoiceFilter(
        "age",
        "Unused for",
        default="90",
        choices=(_idle(90), _idle(180), _idle(365)),
    ),
    ChoiceFilter(
        "state",
        "Last use",
        default="unused",
        choices=(
            FilterChoice("unused", "Unused by what AWS tells", Q(state=State.UNUSED), "Unused"),
            FilterChoice("unknown", "Unknown", Q(state=State.UNKNOWN), "Last use unknown"),
        ),
    ),
    ChoiceFilter(
        "code",
        "Code",
        choices=(
            FilterChoice("yes", "Owned by code", Q(in_code=True)),
            FilterChoice("no", "Not owned by code", Q(in_code=False)),
        ),
    ),
    ChoiceFilter(
        "clean",
        "Clean-up",
        choices=(
            FilterChoice("yes", "Can be cleaned up here", Q(can_clean=True)),
            FilterChoice("no", "Elsewhere, or not at all", Q(can_clean=False)),
        ),
    ),
    OwnerTagFilter("owner", "Owner, by a tag"),
)


def _search(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    for word in words.casefold().split():
        rows = rows.filter(Q(name_key__contains=word) | Q(whose__icontains=word) | Q(arn__icontains=word))
    return rows


# ---- Cells -----------------------------------------------------------------------------------------------------
def _name(row: UnusedObject, aws_account: Any) -> SafeString:
    url = object_url(row.page, aws_account.account_id, row.page_id)
    marks = [small(row.whose)] if row.whose and row.whose not in row.name else []
    if row.in_code:
        marks.append(flag("In code", "", "code"))
    name = name_link(url, row.name, joined(marks, " "))
    return format_html('<span class="nowrap">{}</span>', name) if row.kind == "key" else name  # of 20 characters


_UNKNOWN = SafeString('<span class="ink-warn">Unknown</span>')


def _used(row: UnusedObject, aws_account: Any) -> SafeString:
    if row.state == State.UNKNOWN:
        return _UNKNOWN
    return day(row.last_used_at, "No use known")


def _since(row: UnusedObject) -> int:
    return (timezone.now() - row.idle_since).days


def _since_cell(row: UnusedObject, aws_account: Any) -> SafeString:
    if row.state == State.UNKNOWN:
        return muted("–")
    return format_html('<span class="nowrap num">{}</span>', counted(_since(row), "day"))


def _why(row: UnusedObject, aws_account: Any) -> SafeString:
    said = [row.why, *row.caveats, *([row.why_not] if row.why_not else [])]
    first, *others = said
    more = format_html_join("", '<span class="small muted block">{}</span>', ((each,) for each in others))
    return format_html("{}{}", first, more)


def _evidence(row: UnusedObject, aws_account: Any) -> SafeString:
    return ago(row.evidence_at, "none")


def _moment(value: Any) -> str:
    return machine_time(value) if value else ""


UNUSED = Table(
    name="unused",
    one="object",
    many="objects",
    columns=(
        Column("name", "Name", lambda row: row.name, cell=_name, sort="name_key"),
        Column("kind", "Kind", lambda row: KINDS[row.kind].one, sort="kind", css="nowrap"),
        Column(
            "used", "Last use", lambda row: _moment(row.last_used_at), cell=_used, sort="last_used_at", css="nowrap"
        ),
        Column("days", "Unused for", _since, cell=_since_cell, sort="idle_since", css="nowrap"),
        Column("why", "What is known", lambda row: row.why, cell=_why),
        Column(
            "evidence",
            "Evidence",
            lambda row: _moment(row.evidence_at),
            cell=_evidence,
            sort="evidence_at",
            optional=True,
            css="nowrap",
        ),
        Column("owner", "Owner", lambda row: row.owner, sort="owner", roomy=True),
        Column("state", "State", lambda row: row.get_state_display(), only_export=True),
        Column("whose", "Belongs to", lambda row: row.whose, only_export=True),
        Column("arn", "ARN", lambda row: row.arn, only_export=True),
        Column("id", "Unique id", lambda row: row.object_id, only_export=True),
        Column("created", "Created", lambda row: _moment(row.created_at), only_export=True),
        Column("in_code", "Owned by code", lambda row: "yes" if row.in_code else "no", only_export=True),
        Column(
            "caveats",
            "Caveats",
            lambda row: " ".join([*row.caveats, *KINDS[row.kind].caveats]),
            only_export=True,
        ),
        Column("why_not", "Why not cleaned up here", lambda row: row.why_not, only_export=True),
    ),
    filters=_FILTERS,
    search=_search,
    search_hint="Name, owner of a key, or ARN",
    default_sort="days",
    empty_icon="sparkles",
    empty_title="Nothing is known to be unused",
    empty_text=f"What is younger than {LEAST.days} days, or was used since, isn’t listed.",
    pickable="can_clean",
)

# An empty list is no answer before the first look.
NOT_LOOKED_YET = replace(
    UNUSED,
    empty_icon="clock",
    empty_title="Nobody has looked yet",
    empty_text="The list follows the first pull, within a minute or two.",
)
