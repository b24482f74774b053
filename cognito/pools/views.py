"""The list of user pools, tabs of a pool's page, and the pages that lead to what belongs to one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import fetch_aws_account, may_in_pool, permission_of, signed_in
from accounts.roles import SEE_IAM, SEE_PEOPLE
from cognito.models import AppClient, CognitoGroup, UserPool
from cognito.object_pages import POOL, pools, pools_within
from cognito.plans import is_protected_from_threats
from cognito.pools import logos
from cognito.pools.settings_summary import client_summary, tasks_of
from cognito.posture import with_findings
from cognito.tables import POOLS, count_people
from iamconsole.web.fragments import render_page
from iamconsole.web.listings import TableListing, list_response
from iamconsole.web.uploads import LimitedFiles
from objects.object_pages import fetch_row, render_tab
from objects.views.object_action import object_action
from sync.selectors import coverage_of
from sync.snapshot import files
from sync.views.live import fetch_change


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


# ---- Tabs of a pool's page -----------------------------------------------------------------------------------------
@csrf_exempt  # whoever may not is turned away before a file is read; `_ui_customization` looks at the token
@require_http_methods(["GET", "HEAD", "POST"])
def ui_customization(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    """The action of that name, which takes a file."""
    row = fetch_row(request, POOL, account_id, aws_id)
    request.upload_handlers = [LimitedFiles(request, files.folder(), logos.MOST_BYTES)]
    return _ui_customization(request, row)


@csrf_protect
def _ui_customization(request: HttpRequest, row: UserPool) -> HttpResponse:
    return object_action(request, POOL, row, "ui-customization")


@require_GET
def change_logo(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """The logos that a change sets, beside those that were there: a panel of the change, and a page."""
    change = fetch_change(request, account_id, pk)
    context = {"change": change, "pairs": logos.pairs_of(change)}
    return render_page(request, "cognito/pools/change_logo.html", context, fragment="logos")


def settings(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    row = fetch_row(request, POOL, account_id, aws_id)
    template = "cognito/pools/settings.html"
    context = {"tasks": tasks_of(row), "protected": is_protected_from_threats(row.settings)}
    return render_tab(request, POOL, row, tab="settings", template=template, context=context)


def clients(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    row = fetch_row(request, POOL, account_id, aws_id)
    described = [client_summary(client, row) for client in row.appclients.live().order_by("name_key", "pk")]
    template = "cognito/pools/clients.html"
    return render_tab(request, POOL, row, tab="clients", template=template, context={"clients": described})


def providers(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    row = fetch_row(request, POOL, account_id, aws_id)
    context = {
        "providers": row.poolproviders.live().order_by("name_key", "pk"),
        "servers": row.resourceservers.live().order_by("name_key", "pk"),
    }
    template = "cognito/pools/providers.html"
    return render_tab(request, POOL, row, tab="providers", template=template, context=context)
