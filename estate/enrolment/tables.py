"""The list of an organization's AWS accounts, as data. What it is of is a `ReadOrganization`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from estate.enrolment.organizations import Progress, ReadOrganization
from iamconsole.web.elements import flag, format_html, gone_since, muted, small
from iamconsole.web.filters import ChoiceFilter, Filter, FilterChoice
from iamconsole.web.search import narrowed
from iamconsole.web.tables import Column, Table
from objects.tables import ARN, GONE
from policies.models import OrgUnit
from policies.organizations.tables import JOINED, state_cell
from sync.aws.target import RESTS

# Of each: what the list says, and the kind and icon of its badge; the plain ones have none.
WORDS: dict[str, tuple[str, str, str]] = {
    Progress.CONNECTED: ("Connected", "ok", "plug"),
    Progress.RESTS: ("Connected, rests", "warn", "circle-pause"),
    Progress.CONNECTING: ("Being connected", "accent", "loader"),
    Progress.FOUND: ("Works, not connected", "accent", "circle-check"),
    Progress.CHOSEN: ("Roles to deploy", "", "hourglass"),
    Progress.REFUSED: ("Refused", "danger", "circle-x"),
    Progress.INACTIVE: ("Not active in AWS", "", "circle-pause"),
    Progress.LEFT_OUT: ("Left out", "", "circle-minus"),
    Progress.NEVER: ("Never connected", "", ""),
}


def _name(row: Any, organization: ReadOrganization) -> SafeString:
    below = gone_since(row) if row.gone_at else ""
    if row.here_pk:
        url = reverse("aws_account", kwargs={"account_id": row.aws_id})
        return format_html('<a class="name" href="{}">{}</a>{}', url, row.name, below)
    return format_html('<span class="name">{}</span>{}', row.name, below)


def _unit(row: Any, organization: ReadOrganization) -> str:
    return organization.unit_words(row.parent_id)


def _progress(row: Any, organization: ReadOrganization) -> SafeString:
    word, kind, icon = WORDS[row.progress]
    said = flag(word, kind, icon) if icon else muted(word)
    why = small(_why(row)) if _why(row) else ""
    if row.tried_in and not row.here_pk:
        url = reverse("enrolment", kwargs={"pk": row.tried_in})
        return format_html('{}{}<a class="small" href="{}">Enrolment {}</a>', said, why, url, row.tried_in)
    return format_html("{}{}", said, why)


def _why(row: Any) -> str:
    if row.progress == Progress.RESTS:
        return RESTS[row.here_resting]
    return str(row.tried_why) if row.progress == Progress.REFUSED else ""


def _said(row: Any) -> str:
    return " ".join(each for each in (f"{WORDS[row.progress][0]}.", _why(row)) if each).rstrip(".")


def _state(row: Any, organization: ReadOrganization) -> SafeString:
    return state_cell(row.state)


@dataclass(frozen=True)
class UnitFilter(Filter):
    """In a unit, at any depth."""

    control: ClassVar[str] = "select"

    def chip(self, organization: ReadOrganization, value: str) -> str | None:
        return f"In {organization.unit_words(value)}" if value in organization.units else None

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        below = OrgUnit.objects.live().filter(path__contains=f"/{value}/")
        return rows.filter(parent_id__in=below.values("aws_id"))

    def options(self, organization: ReadOrganization) -> Iterable[tuple[str, str]]:
        named = ((unit_id, organization.unit_words(unit_id)) for unit_id in organization.units)
        return sorted(named, key=lambda pair: pair[1].casefold())


ACCOUNTS = Table(
    name="enrolment",
    one="AWS account of the organization",
    many="AWS accounts of the organization",
    default_sort="unit",
    search=narrowed,
    search_hint="Name or account id",
    copies=("aws_id", "account id"),
    pickable="is_choosable",
    columns=(
        Column("name", "Name", lambda row: row.name, cell=_name, sort="name_key"),
        Column("account_id", "Account id", lambda row: row.aws_id, css="num", sort="aws_id"),
        Column("unit", "Unit", lambda row: row.parent_id, cell=_unit, sort="by_unit"),
        Column("here", "In this console", _said, cell=_progress, sort="progress"),
        Column("state", "State in AWS", lambda row: row.state, cell=_state, sort="state", optional=True),
        JOINED,
        ARN,
    ),
    filters=(
        UnitFilter("unit", "Unit"),
        ChoiceFilter(
            "here",
            "In this console",
            choices=tuple(FilterChoice(name, word, Q(progress=name), word) for name, (word, _, _) in WORDS.items()),
        ),
        GONE,
    ),
    empty_icon="building-2",
    empty_title="No AWS accounts",
    empty_text="None of the organization’s AWS accounts matches, or it was never read.",
)
