"""The list of changes across AWS accounts: those with an AWS account that the operator may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from accounts.access import may, signed_in, visible_aws_accounts
from accounts.roles import SEE_IAM
from iamconsole.web.elements import format_html, name_link, state
from iamconsole.web.filters import ChoiceFilter, FilterChoice
from iamconsole.web.listings import TableListing, list_response
from iamconsole.web.tables import Column, Table
from iamconsole.web.words import counted
from sync.models import Change, SpanningChange
from sync.spanning.state import SpanSituation, situations
from sync.views.lists import created_cell


def _situation(row: Any) -> SpanSituation:
    found: SpanSituation = getattr(row, "situation", None) or SpanSituation(row)
    return found


def _title_cell(row: Any, scope: Any) -> SafeString:
    below = format_html('<span class="small num">Change {} across AWS accounts</span>', row.pk)
    return name_link(reverse("spanning_change", kwargs={"pk": row.pk}), row.title, below)


def _state_cell(row: Any, scope: Any) -> SafeString:
    found = _situation(row).state
    return state(found.value, found.label)


def _size(row: Any) -> str:
    return counted(len(_situation(row).included), "AWS account")


SPANNING = Table(
    name="changes-across",
    one="change across AWS accounts",
    many="changes across AWS accounts",
    columns=(
        Column("title", "Change", lambda row: row.title, cell=_title_cell, sort="title"),
        Column("number", "Number", lambda row: row.pk, only_export=True),
        Column("state", "State", lambda row: _situation(row).state.label, cell=_state_cell),
        Column("accounts", "In", _size, css="nowrap"),
        Column("requester", "Requested by", lambda row: str(row.requested_by), sort="requested_by__name"),
        Column(
            "created", "Proposed", lambda row: row.created_at, cell=created_cell, sort="created_at", newest_first=True
        ),
    ),
    default_sort="-created",
    filters=(
        ChoiceFilter(
            "state",
            "State",
            choices=(
                FilterChoice("open", "Open: somebody has to act, or it goes on", Q(finished_at=None), chip="Open"),
                FilterChoice("halted", "Halted", Q(halted_at__isnull=False, finished_at=None, cancelled_at=None)),
                FilterChoice("over", "Over", Q(finished_at__isnull=False)),
            ),
        ),
    ),
    empty_icon="git-pull-request-arrow",
    empty_title="No change across AWS accounts yet",
    empty_text="Pick rows in a list of all AWS accounts, or choose “In all AWS accounts…” on the page of a user, "
    "group, role or policy.",
)


def spans_in(aws_accounts: Sequence[Any]) -> QuerySet[Any]:
    """Each with the `title` of the first of its changes there."""
    there = Change.objects.filter(span=OuterRef("pk"), aws_account__in=aws_accounts).order_by("pk")
    rows = SpanningChange.objects.filter(Exists(there)).select_related("requested_by")
    return rows.annotate(title=Subquery(there.values("title")[:1]))


@require_GET
def spanning_changes(request: HttpRequest) -> HttpResponseBase:
    seen = [each for each in visible_aws_accounts(request) if may(signed_in(request), SEE_IAM, each)]

    def read(listing: TableListing) -> Mapping[str, Any]:
        found = situations(listing.page.rows)
        for row in listing.page.rows:
            row.situation = found[row.pk]
        return {}

    return list_response(request, SPANNING, spans_in(seen), None, "sync/spanning_list.html", read=read)
