"""What a change takes and gives on resources: a panel of its plan, and a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from access.resource_plans.blocks import LEDE, is_measured, resource_blocks
from access.views.seen import seen_by
from accounts.access import signed_in
from iamconsole.web.fragments import render_page, wants_fragment
from sync.naming import Names
from sync.views.live import fetch_change

_SHOWN_IN_PANEL = 3  # resources; the page has all


@require_GET
def change_resources(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk)
    found = resource_blocks(change, seen_by(request))
    shown = _SHOWN_IN_PANEL if wants_fragment(request) else len(found)
    context = {
        "change": change,
        "resources": found[:shown],
        "left_out": len(found[shown:]),
        "is_measured": is_measured(change),
        "lede": LEDE,
        "names": Names(signed_in(request), change.aws_account),
    }
    return render_page(request, "access/resources/change.html", context, fragment="access")
