"""Identity Center of an AWS account: what is known of it, its lists, and who gets into this AWS account by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from directory import selectors, tables
from directory.instances import instance_state
from directory.models import AccountAssignment, DirectoryGroup, DirectoryUser, PermissionSet
from directory.people import reading_log
from directory.people.names import exports_people, sees_people
from directory.sources import ASSIGNMENTS, GROUPS, MEMBERSHIPS, PEOPLE, SETS
from iamconsole.web.counts import lately, lately_each
from iamconsole.web.listings import TableListing, list_response
from sync.selectors import SourceCoverage, coverages_of

_TITLES = {
    SETS: "permission sets",
    ASSIGNMENTS: "assignments",
    GROUPS: "groups",
    MEMBERSHIPS: "memberships",
    PEOPLE: "people",
}


@dataclass(frozen=True)
class CenterTab:
    """As templates/elements/tabs.html prints it."""

    label: str
    url: str
    current: bool
    count: int | None = None


def center_tabs(request: HttpRequest, held_by: AwsAccount, current: str) -> list[CenterTab]:
    """The lists that the operator may open."""
    rows = {
        "permission_sets": PermissionSet.objects.live().filter(aws_account=held_by),
        "directory_assignments": AccountAssignment.objects.live().filter(aws_account=held_by),
        "directory_groups": DirectoryGroup.objects.live().filter(aws_account=held_by),
        "directory_people": DirectoryUser.objects.live().filter(aws_account=held_by),
    }
    counts = dict(zip(rows, lately_each(list(rows.values())), strict=True))
    sees_iam = may(signed_in(request), SEE_IAM, held_by)
    links = [("identity_center", "Overview", True)]
    links += [("permission_sets", "Permission sets", sees_iam), ("directory_assignments", "Assignments", sees_iam)]
    links += [("directory_groups", "Groups", sees_iam)]
    links += [("directory_people", "People", sees_people(signed_in(request), held_by))]
    kwargs = {"account_id": held_by.account_id}
    return [
        CenterTab(label, reverse(name, kwargs=kwargs), name == current, counts.get(name))
        for name, label, allowed in links
        if allowed
    ]


@require_GET
def identity_center(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    operator, state = signed_in(request), instance_state(aws_account)
    held_by = state.held_by
    context: dict[str, Any] = {
        "aws_account": aws_account,
        "state": state,
        "sees_iam": may(operator, SEE_IAM, aws_account),
        "sees_holder": held_by is not None and may(operator, SEE_IAM, held_by),
        "sees_people": held_by is not None and sees_people(operator, held_by),
    }
    if state.state == "held":
        context["tabs"] = center_tabs(request, aws_account, "identity_center")
        context["coverages"] = _not_read(aws_account)
    context["findings"] = selectors.findings_of(aws_account) if context["sees_iam"] else []
    if held_by is not None and context["sees_iam"]:
        context["entered_by"] = selectors.entered_by(held_by, aws_account)
    return render(request, "directory/center.html", context)


def _not_read(aws_account: AwsAccount) -> list[tuple[str, SourceCoverage]]:
    found = coverages_of(aws_account, list(_TITLES))
    return [(_TITLES[name], coverage) for name, coverage in found.items() if not coverage.is_read]


def list_context(request: HttpRequest, aws_account: AwsAccount, current: str, source: str) -> dict[str, Any]:
    return {
        "tabs": center_tabs(request, aws_account, current),
        "coverage": coverages_of(aws_account, [source])[source],
        "held": instance_state(aws_account),
    }


@require_GET
def permission_sets(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account = fetch_aws_account(request, account_id)
    context = list_context(request, aws_account, "permission_sets", SETS)
    rows = tables.permission_sets(aws_account)
    return list_response(request, tables.PERMISSION_SETS, rows, aws_account, "directory/list.html", context=context)


@require_GET
def assignments(request: HttpRequest, account_id: str) -> HttpResponseBase:
    """A file has names of people for who may take them away as a file; for others it says "A person"."""
    aws_account, operator = fetch_aws_account(request, account_id), signed_in(request)
    exports = exports_people(operator, aws_account)
    table = tables.assignments_table(names=sees_people(operator, aws_account), exports_names=exports)
    rows = tables.assignments(aws_account)
    if request.GET.get("format") and exports:
        listing = TableListing(table, rows, aws_account, request.GET)
        reading_log.exported(request, aws_account, [*listing.state.values], lately(listing.matching), "assignments")
    context = list_context(request, aws_account, "directory_assignments", ASSIGNMENTS)
    return list_response(request, table, rows, aws_account, "directory/list.html", context=context)


@require_GET
def groups(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account = fetch_aws_account(request, account_id)
    context = list_context(request, aws_account, "directory_groups", GROUPS)
    return list_response(
        request, tables.GROUPS, tables.groups(aws_account), aws_account, "directory/list.html", context=context
    )


def asked_by(listing: TableListing) -> list[str]:
    """The names of what is looked for by, not what was typed."""
    return [*listing.state.values, *(["words"] if listing.state.query else [])]
