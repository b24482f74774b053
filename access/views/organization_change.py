"""What a change of control policies takes and gives in the AWS accounts below: a panel of its plan, and a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from access.plans.organization_blocks import LEDE, is_measured, organization_effects
from access.views.seen import seen_by
from accounts.access import signed_in
from iamconsole.web.fragments import render_page, wants_fragment
from sync.naming import Names
from sync.views.live import fetch_change

_SHOWN_IN_PANEL = 5  # AWS accounts; the page has all


@require_GET
def change_organization(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk)
    found = organization_effects(change, seen_by(request))
    shown = _SHOWN_IN_PANEL if wants_fragment(request) else len(found.accounts)
    context = {
        "change": change,
        "found": found,
        "accounts": found.accounts[:shown],
        "left_out": len(found.accounts[shown:]),
        "is_measured": is_measured(change),
        "lede": LEDE,
        "names": Names(signed_in(request), change.aws_account),
    }
    return render_page(request, "access/organization/change.html", context, fragment="access")
