"""The people of a pool: the list, its file, searches that are kept, who was picked, and AWS asked for somebody whom the
mirror doesn't have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import may, may_in_pool, signed_in
from accounts.roles import ADMINISTER, CARE, EXPORT_PEOPLE
from cognito.models import PoolPeopleSettings, SavedSearch, UserPool
from cognito.object_pages import PERSON, POOL
from cognito.people import kept_searches, live_lookup, reading_log
from cognito.people.display_names import title_of
from cognito.people.person_record import allowed_by, people_settings_of
from cognito.people.schema import schema_of
from cognito.people.selectors import SUB, USERNAME, as_aws_writes_it, cleaned
from cognito.tables import listed_people, people_table
from iamconsole.web.counts import lately
from iamconsole.web.fragments import wants_fragment
from iamconsole.web.listings import TableListing, list_response
from iamconsole.web.selections import keep_posted
from iamconsole.web.tables import Table
from iamconsole.web.words import counted
from objects.object_actions import ObjectAction
from objects.object_pages import fetch_row, tab_links
from objects.views.object_action import Breadcrumb, Selection, act_on_selection, choose_page, picked_rows
from sync.aws.errors import AwsError
from sync.texts import storable


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
        kept_searches.used(pool, operator, listing.state.url().removeprefix("?"))
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


# ---- Keeping a search for people under a name, and forgetting it ---------------------------------------------------
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


# ---- Staging a change of people who were picked in their pool's list -----------------------------------------------
@dataclass(frozen=True)
class PeopleSelection(Selection):
    pool: UserPool | None = None

    @property
    def words(self) -> str:
        return title_of(self.rows[0]) if len(self.rows) == 1 else counted(len(self.rows), "person", "people")

    def _url(self, name: str, **more: str) -> str:
        assert self.pool is not None  # noqa: S101  it is always given
        return reverse(name, kwargs={"account_id": self.aws_account.account_id, "aws_id": self.pool.aws_id, **more})

    @property
    def crumbs(self) -> list[Breadcrumb]:
        return [Breadcrumb(f"People of {self.pool}", self._url("cognito_pool_people"))]

    def action_url(self, action: ObjectAction) -> str:
        return self._url("cognito_people_stage_action", action=action.name)


def _selected(request: HttpRequest, account_id: str, aws_id: str) -> PeopleSelection:
    pool = fetch_pool(request, account_id, aws_id)
    table = people_table(pool, allowed_by(people_settings_of(pool)), exports=False)
    stage_url = reverse("cognito_people_stage", kwargs={"account_id": account_id, "aws_id": aws_id})
    rows = picked_rows(table, listed_people(pool).select_related("pool"), pool, request, stage_url)
    reading_log.listed(request, pool, ["picked"])
    return PeopleSelection(PERSON, "user", pool.aws_account, rows, pool=pool)


@require_http_methods(["GET", "POST"])
def cognito_people_stage(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
    if request.method == "POST":
        fetch_pool(request, account_id, aws_id)
        return keep_posted(request)
    return choose_page(request, _selected(request, account_id, aws_id))


def cognito_people_stage_action(request: HttpRequest, account_id: str, aws_id: str, action: str) -> HttpResponse:
    return act_on_selection(request, _selected(request, account_id, aws_id), action)
