"""Keeping a search for people under a name, and forgetting it."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from cognito.models import SavedSearch, UserPool
from cognito.people.person_record import people_settings_of
from cognito.tables import listed_people
from cognito.views.people import fetch_pool, table_of
from iamconsole.web.tables import TableListing
from sync.texts import storable

MOST = 50  # of one operator in one pool


@require_POST
def cognito_search_save(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    """`query` is the part of the list's address behind "?": what means nothing there is left out."""
    pool, operator = fetch_pool(request, account_id, aws_id), signed_in(request)
    name = storable(request.POST.get("name", "")).strip()[:80]
    asked = request.POST.get("query", "").replace("%00", "")  # an address with a NUL is nobody's
    query = _meant(request, pool, urlsplit(asked).query or asked.removeprefix("?"))
    own = SavedSearch.objects.filter(operator=operator, pool=pool)
    if not name or not query:
        messages.warning(request, "Search for something first, and give it a name: then it can be kept.")
    elif own.count() >= MOST and not own.filter(name=name).exists():
        messages.warning(request, f"You keep {MOST} searches of this pool already: forget one first.")
    else:
        own.update_or_create(operator=operator, pool=pool, name=name, defaults={"query": query})
        messages.success(request, f"The search is kept as “{name}”. Its address leads others to the same.")
    return redirect(f"{_list(account_id, aws_id)}{'?' if query else ''}{query}")


@require_POST
def cognito_search_forget(request: HttpRequest, account_id: str, aws_id: str, pk: int) -> HttpResponse:
    pool = fetch_pool(request, account_id, aws_id)
    found = get_object_or_404(SavedSearch, operator=signed_in(request), pool=pool, pk=pk)
    found.delete()
    messages.success(request, f"The search “{found.name}” is forgotten.")
    return redirect(_list(account_id, aws_id))


def _meant(request: HttpRequest, pool: UserPool, query: str) -> str:
    listing = TableListing(
        table_of(request, pool, people_settings_of(pool)), listed_people(pool), pool, QueryDict(query[:2000])
    )
    return listing.state.url().removeprefix("?")[:2000]


def _list(account_id: str, aws_id: str) -> str:
    return reverse("cognito_pool_people", kwargs={"account_id": account_id, "aws_id": aws_id})
