"""Tabs of a pool's page: how it is set, its app clients, its identity providers and resource servers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from cognito.kinds import POOL
from cognito.pools.told import tasks_of, told_of_client
from policies.details import fetch_row, render_tab


def settings(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    row = fetch_row(request, POOL, account_id, aws_id)
    template = "cognito/pools/settings.html"
    return render_tab(request, POOL, row, tab="settings", template=template, context={"tasks": tasks_of(row)})


def clients(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    row = fetch_row(request, POOL, account_id, aws_id)
    told = [told_of_client(client) for client in row.appclients.live().order_by("name_key", "pk")]
    template = "cognito/pools/clients.html"
    return render_tab(request, POOL, row, tab="clients", template=template, context={"clients": told})


def providers(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    row = fetch_row(request, POOL, account_id, aws_id)
    context = {
        "providers": row.poolproviders.live().order_by("name_key", "pk"),
        "servers": row.resourceservers.live().order_by("name_key", "pk"),
    }
    template = "cognito/pools/providers.html"
    return render_tab(request, POOL, row, tab="providers", template=template, context=context)
