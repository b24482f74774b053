"""The lists of users, groups and roles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from accounts.roles import PROPOSE
from iamconsole.web.tables import Table, TableListing, list_response
from identities import selectors
from identities.dangling_trusts import name_deleted
from identities.tables import GROUPS, ROLES, USERS
from objects import object_actions
from sync.views.ignored import ignored


@require_GET
def users(request: HttpRequest, account_id: str) -> HttpResponseBase:
    return _list(request, account_id, USERS, selectors.listed_users, "users_stage", template="identities/users.html")


@require_GET
def groups(request: HttpRequest, account_id: str) -> HttpResponseBase:
    return _list(request, account_id, GROUPS, selectors.groups, "groups_stage")


@require_GET
def roles(request: HttpRequest, account_id: str) -> HttpResponseBase:
    def read(listing: TableListing) -> Mapping[str, Any]:
        name_deleted(listing.page.rows)
        return {}

    return _list(request, account_id, ROLES, selectors.roles, "roles_stage", read)


def _list(
    request: HttpRequest,
    account_id: str,
    table: Table,
    rows: Callable[[AwsAccount], QuerySet[Any]],
    pick_url_name: str,
    read: Callable[[TableListing], Mapping[str, Any]] = lambda listing: {},
    template: str = "lists/page.html",
) -> HttpResponseBase:
    aws_account = fetch_aws_account(request, account_id)
    picks = may(signed_in(request), PROPOSE, aws_account)
    pick_url = reverse(pick_url_name, kwargs={"account_id": account_id}) if picks else ""
    found = rows(aws_account)
    made = object_actions.offered_on(table.name) if picks else []
    context = {**ignored(request, aws_account, found), "list_actions": made}
    return list_response(request, table, found, aws_account, template, pick_url=pick_url, context=context, read=read)
