"""Views that an operator saves for themselves: the filters and the order of the inbox under a name."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import fetch_aws_account, signed_in
from findings.inbox.table import FINDINGS, OwnerFilter
from findings.models import SavedFindingsView

MOST, LONGEST, LONGEST_QUERY = 30, 60, 1000
_KEPT = {
    "q",
    "sort",
    "rows",
    "account",
    "label",
    OwnerFilter("owner", "").name,
    *(each.name for each in FINDINGS.filters),
}


@require_POST
def save_view(request: HttpRequest, account_id: str = "") -> HttpResponse:
    """Under a name that is there already, it is replaced."""
    aws_account = fetch_aws_account(request, account_id) if account_id else None
    url = reverse("findings", kwargs={"account_id": account_id}) if account_id else reverse("all_findings")
    name, query = request.POST.get("name", "").strip()[:LONGEST], _kept(request.POST.get("query", ""))
    mine = SavedFindingsView.objects.filter(operator=signed_in(request), aws_account=aws_account)
    if not name:
        messages.error(request, "Name the view: it stands above the list.")
    elif len(query) > LONGEST_QUERY:
        messages.error(request, "These filters are too long to be saved: search for fewer words.")
    elif not mine.filter(name=name).exists() and mine.count() >= MOST:
        messages.error(request, f"You have {MOST} views, which is the most: delete one first.")
    else:
        SavedFindingsView.objects.update_or_create(
            operator=signed_in(request), aws_account=aws_account, name=name, defaults={"query": query}
        )
        messages.success(request, f"The view {name} is saved. Only you see it.")
    return redirect(f"{url}?{query}" if query else url)


@require_POST
def delete_view(request: HttpRequest, account_id: str = "") -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id) if account_id else None
    url = reverse("findings", kwargs={"account_id": account_id}) if account_id else reverse("all_findings")
    pk = request.POST.get("view", "")
    mine = SavedFindingsView.objects.filter(operator=signed_in(request), aws_account=aws_account)
    if pk.isascii() and pk.isdecimal() and len(pk) < 19 and mine.filter(pk=pk).delete()[0]:
        messages.success(request, "The view is deleted.")
    else:
        messages.info(request, "That view is no longer there.")
    return redirect(url)


def _kept(query: str) -> str:
    """What an address of the inbox says, without what it doesn't know: no page, and nothing of others."""
    return urlencode([(name, value) for name, value in parse_qsl(query.removeprefix("?")) if name in _KEPT and value])
