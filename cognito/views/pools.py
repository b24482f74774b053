"""The list of user pools, and the pages that lead to what belongs to one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access import fetch_aws_account, may_in_pool, permission_of, signed_in
from accounts.roles import SEE_IAM, SEE_PEOPLE
from cognito.models import AppClient, CognitoGroup
from cognito.object_pages import POOL, pools, pools_within
from cognito.posture import with_findings
from cognito.tables import POOLS, count_people
from iamconsole.web.tables import TableListing, list_response
from objects.object_pages import fetch_row, render_tab
from sync.selectors import coverage_of


@require_GET
def user_pools(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account, perm = fetch_aws_account(request, account_id), permission_of(request)

    def read(listing: TableListing) -> Mapping[str, Any]:
        count_people(listing.page.rows)
        return {}

    rows = with_findings(pools_within(signed_in(request), perm, aws_account, pools(aws_account)))
    context = {"coverage": coverage_of(aws_account, "cognito.pools")}
    return list_response(request, POOLS, rows, aws_account, "cognito/pools.html", read=read, context=context)


@require_GET
def cognito_pool(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    """How it stands; who may see no settings sees its people."""
    pool = fetch_row(request, POOL, account_id, aws_id)
    if permission_of(request) != SEE_IAM:
        return redirect("cognito_pool_people", account_id=account_id, aws_id=aws_id)
    first = POOL.tabs[0]
    context = first.context(request, pool)
    return render_tab(request, POOL, pool, tab=first.name, template=first.template, context=context)


@require_GET
def cognito_group(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    """To its members, or for who may see no people to the groups of its pool."""
    aws_account = fetch_aws_account(request, account_id)
    rows = CognitoGroup.objects.filter(aws_account=aws_account).select_related("pool")
    group = get_object_or_404(rows, aws_id=aws_id)
    kwargs = {"account_id": account_id, "aws_id": group.pool.aws_id}
    if not may_in_pool(signed_in(request), SEE_PEOPLE, aws_account, group.pool.aws_id):
        return redirect(reverse("cognito_pool_groups", kwargs=kwargs))
    return redirect(f"{reverse('cognito_pool_people', kwargs=kwargs)}?{urlencode({'group': group.name})}")


@require_GET
def cognito_client(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    """To its place among the app clients of its pool."""
    aws_account = fetch_aws_account(request, account_id)
    client = get_object_or_404(AppClient.objects.select_related("pool"), aws_account=aws_account, aws_id=aws_id)
    kwargs = {"account_id": account_id, "aws_id": client.pool.aws_id}
    return redirect(f"{reverse('cognito_pool_clients', kwargs=kwargs)}#h-{client.aws_id}")
