"""Tabs of a pool's page: how it is set, its app clients, its identity providers and resource servers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from cognito.models import UserPool
from cognito.object_pages import POOL
from cognito.plans import is_protected_from_threats
from cognito.pools import logos
from cognito.pools.settings_summary import client_summary, tasks_of
from iamconsole.web.fragments import render_page
from iamconsole.web.uploads import LimitedFiles
from objects.object_pages import fetch_row, render_tab
from objects.views.object_action import object_action
from sync.snapshot import files
from sync.views.fetch import fetch_change


@csrf_exempt  # whoever may not is turned away before a file is read; `_look` looks at the token
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    """The action of that name, which takes a file."""
    row = fetch_row(request, POOL, account_id, aws_id)
    request.upload_handlers = [LimitedFiles(request, files.folder(), logos.MOST_BYTES)]
    return _look(request, row)


@csrf_protect
def _look(request: HttpRequest, row: UserPool) -> HttpResponse:
    return object_action(request, POOL, row, "look")


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
