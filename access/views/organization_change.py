"""What a change takes and gives in other AWS accounts: a panel of its plan, and a page.

By control policies, in those below; by Identity Center, in those where a permission set is.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from access.plans import elsewhere_check
from access.plans.organization_blocks import LEDE, is_measured, organization_effects
from access.plans.organization_check import NAME
from access.views.seen import seen_by
from accounts.access import signed_in
from iamconsole.web.fragments import render_page, wants_fragment
from sync.models import Change
from sync.naming import Names
from sync.views.live import fetch_change

_SHOWN_IN_PANEL = 5  # AWS accounts; the page has all


@require_GET
def change_organization(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk)
    context = {**_context(request, change), "is_measured": is_measured(change), "lede": LEDE}
    return render_page(request, "access/organization/change.html", context, fragment="access")


@require_GET
def change_elsewhere(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk)
    context = {**_context(request, change, elsewhere_check.NAME), "lede": elsewhere_check.LEDE}
    return render_page(request, "access/elsewhere/change.html", context, fragment="access")


def _context(request: HttpRequest, change: Change, check: str = NAME) -> dict[str, Any]:
    found = organization_effects(change, seen_by(request), check)
    shown = _SHOWN_IN_PANEL if wants_fragment(request) else len(found.accounts)
    return {
        "change": change,
        "found": found,
        "accounts": found.accounts[:shown],
        "left_out": len(found.accounts[shown:]),
        "names": Names(signed_in(request), change.aws_account),
    }
