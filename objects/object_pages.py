"""Pages about one mirrored object: a head, and tabs that are links. One mechanism for users, groups, roles, policies.

A kind declares its tabs; apps above add theirs as panels (iamconsole/web/panels.py). A panel's own view prints the
same page around its content:

    return render_tab(request, USER, account_id, aws_id, tab="access", template="access/user.html", context={…})
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, reverse
from django.views.decorators.http import require_safe

from accounts.access import fetch_aws_account, may, permission_of, signed_in
from accounts.models import AwsAccount, Operator
from iamconsole.web import panels
from iamconsole.web.addresses import needs, page
from iamconsole.web.counts import lately
from objects import object_actions
from objects.history import (
    DETAILS,
    History,
    HistoryEntry,
    compared,
    history_of,
    moment_before_it_went,
    raw_of,
    revisions_of,
)
from objects.kinds import AwsKind
from objects.object_links import links_of
from objects.selectors import namesakes
from sync.activity.people import SaidAuthorship, authorships
from sync.changes.code_overrides import is_to_come, overrides_of_row
from sync.models import Revision
from sync.views import pulls


@dataclass(frozen=True)
class Tab:
    """`context` is called with the request and the object; its template is what stands below the tabs."""

    name: str  # the last part of its address; the first tab of a kind has none: "" in its address
    label: str
    template: str
    context: Callable[[HttpRequest, Any], Mapping[str, Any]] = lambda request, row: {}
    count: Callable[[Any], int] | None = None
    position: int = 50
    permission: str = ""  # to see it; "": as for the page


@dataclass(frozen=True)
class ObjectPages:
    """What the pages of one kind show. What it is called, where they are and who may open them says the kind."""

    of: AwsKind
    tabs: Sequence[Tab]
    template: str = "objects/page.html"
    rows: Callable[[AwsAccount], QuerySet[Any]] | None = None  # those of an AWS account, with what goes with each
    head: Callable[[Any], Mapping[str, Any]] = lambda row: {}
    # Annotations of the row for its head: asked with it, in one query.
    asked: Mapping[str, Any] = field(default_factory=dict, hash=False)
    # Of `rows` those with which an operator may do something: given the operator and the permission.
    within: Callable[[Operator, str, AwsAccount, QuerySet[Any]], QuerySet[Any]] | None = None
    tells_namesakes: bool = True  # other objects of its name
    # What pages call one, and what tells it from others that are called so.
    called: Callable[[Any], str] = lambda row: str(row.name)
    second: Callable[[Any], str] = lambda row: ""
    # The list that it is in, where that isn't the AWS account's: what the way to it is called, and its address.
    above: Callable[[Any], tuple[str, str]] | None = None
    looked_at: Callable[[HttpRequest, Any], None] = lambda request, row: None  # a form told who it is
    has_past: bool = False  # there is a page of it at a moment in the past

    def rows_of(self, aws_account: AwsAccount) -> QuerySet[Any]:
        if self.rows is not None:
            return self.rows(aws_account)
        rows: QuerySet[Any] = self.of.model.objects.filter(aws_account=aws_account)
        return rows

    @property
    def name(self) -> str:
        """The place of its panels and actions, and the URL name of its page: "user"."""
        return self.of.name

    @property
    def many(self) -> str:
        """The URL name of its list: "users"."""
        return self.of.list_name


@dataclass(frozen=True)
class TabLink:
    label: str
    url: str
    current: bool
    count: int | None


def rows_within(request: HttpRequest, kind: ObjectPages, account_id: str) -> QuerySet[Any]:
    """The objects of a kind with which the operator may do what the address asks."""
    return rows_for(signed_in(request), kind, fetch_aws_account(request, account_id), permission_of(request))


def rows_for(operator: Operator, kind: ObjectPages, aws_account: AwsAccount, perm: str) -> QuerySet[Any]:
    """The same of an operator who holds `perm` there."""
    rows = kind.rows_of(aws_account)
    return kind.within(operator, perm, aws_account, rows) if kind.within else rows


def fetch_row(request: HttpRequest, kind: ObjectPages, account_id: str, aws_id: str) -> Any:
    """The object, if the operator may do with it what the address asks; what is gone from AWS still opens."""
    rows = rows_within(request, kind, account_id).select_related("aws_account")
    if not kind.tells_namesakes:
        return get_object_or_404(rows.annotate(**kind.asked), aws_id=aws_id)
    # Not by region too: SQLite would rather read all of it by the index of unique ids. `namesakes` looks closer.
    others = rows.model._default_manager.filter(aws_account=OuterRef("aws_account"), name_key=OuterRef("name_key"))
    asked = {"has_namesakes": Exists(others.exclude(pk=OuterRef("pk"))), **kind.asked}
    return get_object_or_404(rows.annotate(**asked), aws_id=aws_id)


def render_tab(
    request: HttpRequest, kind: ObjectPages, row: Any, *, tab: str, template: str, context: Mapping[str, Any]
) -> HttpResponse:
    """The page of `row` with the tab `tab` open: head and tabs, and below them `template`."""
    page = {"row": row, "kind": kind, "tab_template": template, "tabs": tab_links(request, kind, row, tab)}
    page["refresh"] = pulls.refresh_view(request, row)
    page["overrides"] = [(each, is_to_come(each)) for each in overrides_of_row(row)]
    page["actions"] = actions_on(request, kind, row)
    page["object_links"] = links_of(request, kind.name, row) if page["actions"] else []
    page["was_url"] = _was_url(row) if kind.has_past and row.gone_at else ""
    page["namesakes"] = namesakes(row) if getattr(row, "has_namesakes", False) else []
    return render(request, kind.template, {**kind.head(row), **page, **context})


def _was_url(row: Any) -> str:
    """The page of a gone object as it was just before."""
    url = reverse(
        "as_of_one", kwargs={"account_id": row.aws_account.account_id, "kind": row.kind, "aws_id": row.aws_id}
    )
    return f"{url}?{urlencode({'at': moment_before_it_went(row).isoformat()})}"


def actions_on(request: HttpRequest, kind: ObjectPages, row: Any) -> Sequence[object_actions.ObjectAction]:
    """What the operator can stage with it."""
    if row.gone_at is not None or not may(signed_in(request), kind.of.stage, row.aws_account):
        return ()
    operator = signed_in(request)
    return [action for action in object_actions.offered(kind.name, row) if action.is_for(operator, row.aws_account)]


def tab_patterns(kind: ObjectPages) -> list[URLPattern]:
    """The addresses of a kind's own tabs: `users/<aws_id>/` is `user`, `users/<aws_id>/groups/` is `user_groups`."""
    return [_pattern(kind, tab, first=place == 0) for place, tab in enumerate(kind.tabs)]


def _pattern(kind: ObjectPages, tab: Tab, *, first: bool) -> URLPattern:
    @require_safe
    def view(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
        row = fetch_row(request, kind, account_id, aws_id)
        return render_tab(request, kind, row, tab=tab.name, template=tab.template, context=tab.context(request, row))

    view.__name__ = view.__qualname__ = kind.name if first else f"{kind.name}_{tab.name}"
    address = f"aws/<str:account_id>/{kind.of.path}/<str:aws_id>/"
    access = needs(tab.permission or kind.of.see)
    return page(address if first else f"{address}{tab.name}/", view, access, name=view.__name__)


def tab_links(request: HttpRequest, kind: ObjectPages, row: Any, current: str) -> list[TabLink]:
    """Those that the operator may open."""
    kwargs = {"account_id": row.aws_account.account_id, "aws_id": row.aws_id}
    own = [
        (tab.position, tab.name, tab.label, f"{kind.name}_{tab.name}" if place else kind.name, tab.count)
        for place, tab in enumerate(kind.tabs)
        if may(signed_in(request), tab.permission or kind.of.see, row.aws_account)
    ]
    added = [
        (panel.position, panel.name, panel.title, panel.url_name, panel.count)
        for panel in panels.about(kind.name, request, row.aws_account, row)
    ]
    return [
        TabLink(label, reverse(url_name, kwargs=kwargs), name == current, count(row) if count else None)
        for _, name, label, url_name, count in sorted([*own, *added], key=lambda tab: tab[0])
    ]


# ---- Tabs that every kind has --------------------------------------------------------------------------------


def _history(request: HttpRequest, row: Any) -> Mapping[str, Any]:
    facet, first, second = request.GET.get("facet", DETAILS), number_in(request, "from"), number_in(request, "to")
    if first is not None and second is not None:
        found = compared(row, facet, first, second)
        about = panels.about("revision", request, row.aws_account, found.newer.revision) if found else []
        return {"comparison": found, "compared": True, "facet": facet, "panels": about}
    history = history_of(row, request.GET.get("facet", ""), number_in(request, "before"))
    return {"history": history, "entries": list(_told(request, row, history))}


def _told(
    request: HttpRequest, row: Any, history: History
) -> Iterator[tuple[HistoryEntry, Sequence[panels.Panel], SaidAuthorship | None]]:
    """Each revision with what apps above say of it, on pages of their own (nothing of the first); and who did it."""
    offered = panels.at("revision", request, row.aws_account)
    outside = [entry.pk for entry in history.entries if entry.origin == Revision.Origin.OUTSIDE]
    who = authorships(signed_in(request), row.aws_account, outside) if outside else {}
    for entry in history.entries:
        shown = [panel for panel in offered if panel.shows is None or panel.shows(entry.revision)]
        yield entry, shown if entry.number > 1 else [], who.get(entry.pk)


def number_in(request: HttpRequest, name: str) -> int | None:
    """A number of an address, such as that of a revision; None where it has none that makes sense."""
    said = request.GET.get(name, "")
    return int(said) if said.isdecimal() and said.isascii() and len(said) < 10 else None


def _raw(request: HttpRequest, row: Any) -> Mapping[str, Any]:
    return {"facets": raw_of(row)}


HISTORY = Tab(
    "history", "History", "objects/history.html", _history, count=lambda row: lately(revisions_of(row)), position=80
)
RAW = Tab("raw", "Raw", "objects/raw.html", _raw, position=90)
