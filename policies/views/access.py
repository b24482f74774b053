"""What access a change gives and takes: a panel of its plan, and a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts.roles import SEE_IAM
from iamconsole.web.fragments import render_page
from policies.access_changes import LEDE, access_of
from sync.views.fetch import fetch_change


@require_GET
def change_access(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    change = fetch_change(request, account_id, pk, SEE_IAM)
    context = {"change": change, "steps": access_of(change), "lede": LEDE}
    return render_page(request, "policies/change_access.html", context, fragment="access")
