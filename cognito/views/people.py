"""The people of a pool: the list, its file, and AWS asked for somebody whom the mirror doesn't have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import may, may_in_pool, signed_in
from accounts.roles import ADMINISTER, CARE, EXPORT_PEOPLE
from cognito.models import PoolPeopleSettings, SavedSearch, UserPool
from cognito.object_pages import POOL
from cognito.people import live_lookup, reading_log
from cognito.people.display_names import title_of
from cognito.people.person_record import allowed_by, people_settings_of
from cognito.people.schema import schema_of
from cognito.people.search_terms import as_aws_writes_it, cleaned
from cognito.selectors import SUB, USERNAME
from cognito.tables import listed_people, people_table
from iamconsole.web.counts import lately
from iamconsole.web.fragments import wants_fragment
from iamconsole.web.tables import Table, TableListing, list_response
from objects.object_pages import fetch_row, tab_links
from sync.aws.errors import AwsError


def fetch_pool(request: HttpRequest, account_id: str, aws_id: str) -> UserPool:
    pool: UserPool = fetch_row(request, POOL, account_id, aws_id)
    return pool


def table_of(request: HttpRequest, pool: UserPool, people_settings: PoolPeopleSettings) -> Table:
    exports = may_in_pool(signed_in(request), EXPORT_PEOPLE, pool.aws_account, pool.aws_id)
    return people_table(pool, allowed_by(people_settings), exports=exports)


@require_GET
def cognito_pool_people(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponseBase:
    pool = fetch_pool(request, account_id, aws_id)
    people_settings, operator = people_settings_of(pool), signed_in(request)
    table, rows = table_of(request, pool, people_settings), listed_people(pool)
    if request.GET.get("format"):
        if not table.exports:
            raise PermissionDenied("Exporting people as a file needs a permission of its own, which editors have.")
        listing = TableListing(table, rows, pool, request.GET)
        reading_log.exported(request, pool, _asked(listing), lately(listing.matching))

    def read(listing: TableListing) -> Mapping[str, Any]:
        listing.state.remarks.extend(_left_out(request, pool, people_settings))
        reading_log.listed(request, pool, _asked(listing))
        return {"ask": _to_ask(listing, pool, people_settings)}

    kwargs = {"account_id": account_id, "aws_id": aws_id}
    picks = pool.gone_at is None and may_in_pool(operator, CARE, pool.aws_account, aws_id)
    context = {
        "row": pool,
        "people_settings": people_settings,
        "tabs": tab_links(request, POOL, pool, "people"),
        "searches": SavedSearch.objects.filter(operator=operator, pool=pool),
        "administers": may(operator, ADMINISTER, pool.aws_account),
    }
    pick_url = reverse("cognito_people_stage", kwargs=kwargs) if picks else ""
    template = "cognito/people.html"
    return list_response(request, table, rows, pool, template, pick_url=pick_url, context=context, read=read)


def _left_out(request: HttpRequest, pool: UserPool, people_settings: PoolPeopleSettings) -> Iterator[str]:
    """Of attributes in the address by which nobody can be found: else it would seem that everybody has the value."""
    kept = {*allowed_by(people_settings), SUB, USERNAME}
    for name in request.GET:
        if name not in kept and (name.startswith("custom:") or name in schema_of(pool)):
            yield f"{name[:60]} isn’t kept of these people, so this filter was left out."


def _asked(listing: TableListing) -> list[str]:
    """The names of what people are looked for by."""
    return [*listing.state.values, *(["words"] if listing.state.query else [])]


def _to_ask(listing: TableListing, pool: UserPool, people_settings: PoolPeopleSettings) -> str:
    """What AWS is to be asked for: a whole address, number, `sub` or username that nobody in the mirror has."""
    state = listing.state
    said = [value for name, value in state.values.items() if name in live_lookup.SEARCHABLE]
    words = state.query or (said[0] if len(state.values) == len(said) == 1 else "")
    if listing.page.rows or not words or not can_ask(pool, people_settings):
        return ""
    return words if live_lookup.ways_to_ask(words) and not live_lookup.is_known(pool, words) else ""


def can_ask(pool: UserPool, people_settings: PoolPeopleSettings) -> bool:
    return pool.gone_at is None and people_settings.mirrors_people and pool.aws_account.is_connected


@require_POST
def cognito_people_ask(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    """Asks AWS for one person, and shows her in the list, or says that there is nobody."""
    pool = fetch_pool(request, account_id, aws_id)
    words = cleaned(request.POST.get("q", ""))[:200]
    back = reverse("cognito_pool_people", kwargs={"account_id": account_id, "aws_id": aws_id})
    if not can_ask(pool, people_settings_of(pool)) or not live_lookup.ways_to_ask(words):
        return redirect(back)
    try:
        found = live_lookup.look(pool, words)
    except AwsError as error:
        return _answer_with(request, f"{back}?{urlencode({'q': words})}", f"AWS couldn’t be asked. {error.sentence()}")
    reading_log.asked_aws(request, pool, found)
    if found is None:
        sentence = (
            f"AWS was asked just now: nobody in this pool has exactly “{as_aws_writes_it(words)}” as "
            f"{live_lookup.asked_by(words)}. It can’t look for custom attributes: of these, only people who were "
            "read are found."
        )
        return _answer_with(request, f"{back}?{urlencode({'q': words})}", sentence)
    messages.success(
        request, f"{title_of(found)} was not in the mirror yet. AWS was asked just now, and has this person."
    )
    # Not every attribute by which AWS finds somebody is kept.
    to = f"{back}?{urlencode({'sub': found.aws_id})}"
    return HttpResponseClientRedirect(to) if wants_fragment(request) else HttpResponseRedirect(to)


def _answer_with(request: HttpRequest, back: str, sentence: str) -> HttpResponse:
    if wants_fragment(request):
        return render(request, "cognito/asked.html", {"sentence": sentence})
    messages.warning(request, sentence)
    return redirect(back)
