"""The people of Identity Center: a list, its file, and a page for each. Looking at them is logged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from accounts.access import fetch_aws_account, may, signed_in
from accounts.roles import ADMINISTER, SEE_IAM
from directory import selectors, tables
from directory.entitled import entitled_entries
from directory.object_pages import PERSON, entitlement_lines, entry_lines
from directory.people import reading_log
from directory.people.names import exports_people, sees_people
from directory.people.person_record import settings_of
from directory.sources import PEOPLE
from directory.views.center import asked_by, list_context
from iamconsole.web.counts import lately
from iamconsole.web.listings import TableListing, list_response
from objects.object_pages import fetch_row, render_tab


@require_GET
def people(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account, operator = fetch_aws_account(request, account_id), signed_in(request)
    if not sees_people(operator, aws_account):
        raise PermissionDenied("People of Identity Center aren’t those of a user pool: your grant is for one pool.")
    exports = exports_people(operator, aws_account)
    table, rows = tables.people_table(exports=exports), tables.people(aws_account)
    if request.GET.get("format"):
        if not exports:
            raise PermissionDenied("Exporting people as a file needs a permission of its own, which editors have.")
        listing = TableListing(table, rows, aws_account, request.GET)
        reading_log.exported(request, aws_account, asked_by(listing), lately(listing.matching), "people")

    def read(listing: TableListing) -> Mapping[str, Any]:
        reading_log.listed(request, aws_account, asked_by(listing))
        return {}

    context = list_context(request, aws_account, "directory_people", PEOPLE)
    context["people_settings"] = settings_of(aws_account)
    context["administers"] = may(operator, ADMINISTER, aws_account)
    return list_response(request, table, rows, aws_account, "directory/list.html", context=context, read=read)


@require_GET
def person(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    row = fetch_row(request, PERSON, account_id, aws_id)
    groups, sees_iam = selectors.groups_of(row), may(signed_in(request), SEE_IAM, row.aws_account)
    entries = selectors.entries_of(row.aws_account, row.aws_id, groups) if sees_iam else []
    entitled = entitled_entries(row.aws_account, row.aws_id, groups) if sees_iam else []
    reading_log.read(request, row)
    context = {
        "entitlements": entitlement_lines(request, entitled),
        "groups": groups,
        "sees_iam": sees_iam,
        "lines": entry_lines(request, entries),
        "account_count": len({one.assignment.target_id for one in entries}),
    }
    return render_tab(request, PERSON, row, tab="", template="directory/tabs/person.html", context=context)
