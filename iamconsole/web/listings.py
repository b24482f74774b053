"""A list as one request asks for it: its page, htmx's fragment of it, or an export.

    def users(request, account_id):
        aws_account = fetch_aws_account(request, account_id)
        return list_response(request, USERS, selectors.users(aws_account), aws_account, "identities/users.html")

Everything that the list shows is in its address: `?q=…&path=…&sort=-created&rows=100&after=…&format=csv`. What lists
there are is declared as data (iamconsole/web/tables.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from iamconsole.web.counts import lately
from iamconsole.web.exports import FORMATS, export_response
from iamconsole.web.filters import ANY, Filter, TextFilter
from iamconsole.web.fragments import render_page, wants_fragment
from iamconsole.web.keyset import KeysetPage, Order, ScopeScan, paged
from iamconsole.web.ranges import RangeMerge
from iamconsole.web.rows import table_rows
from iamconsole.web.selections import KEPT, MOST_PICKED, kept
from iamconsole.web.tables import Column, PickUse, Table
from iamconsole.web.words import counted, number

SIZES = (25, 50, 100, 250)
USUAL_SIZE = 50
ALL = "all"  # ?pick=all&…: everything that the rest of the address matches


@dataclass(frozen=True)
class ColumnHead:
    column: Column
    url: str = ""
    direction: str = ""  # of `aria-sort`


@dataclass(frozen=True)
class Chip:
    text: str
    url: str


@dataclass(frozen=True)
class FilterOffer:
    """A filter in the menu, with what is chosen and what can be."""

    filter: Filter
    value: str
    options: Sequence[tuple[str, str]]


@dataclass
class TableState:
    """What the address says, with what it can't mean taken out; `remarks` tells the operator what that was."""

    query: str = ""
    values: dict[str, str] = field(default_factory=dict)  # of filters, as the address has them
    chips: dict[str, str] = field(default_factory=dict)  # what each of them says
    sort: str = ""
    size: int = USUAL_SIZE
    kept: str = ""  # the name of a kept selection of rows (iamconsole/web/selections.py)
    remarks: list[str] = field(default_factory=list)

    @property
    def unusual_size(self) -> str:
        return "" if self.size == USUAL_SIZE else str(self.size)

    def url(self, **changes: str) -> str:
        """The address of this list with `changes`; a changed filter, search or order begins at the first page."""
        parts = {"q": self.query, **self.values, "sort": self.sort, "rows": self.unusual_size}
        parts |= {KEPT: self.kept, **changes}
        return "?" + urlencode({name: value for name, value in parts.items() if value})


def read_state(table: Table, scope: Any, get: QueryDict) -> TableState:
    state = TableState(query=get.get("q", "").strip()[:200])
    for choice in table.filters:
        value = get.get(choice.name, "").strip()
        chip = choice.chip(scope, value) if value and value != ANY else ""
        if chip is None:
            state.remarks.append(choice.unknown(value))
        elif value and not (value == ANY and not choice.default):
            state.values[choice.name], state.chips[choice.name] = value, chip
    sort = get.get("sort", "")
    if sort and table.order(sort) is None:
        state.remarks.append(f"These {table.many} can’t be sorted by “{sort[:40]}”.")
    elif sort != table.default_sort:
        state.sort = sort
    size = get.get("rows", "")
    state.size = int(size) if size in map(str, SIZES) else USUAL_SIZE
    return state


def picked(table: Table, rows: QuerySet[Any], scope: Any, get: QueryDict, ids: Sequence[str] = ()) -> list[Any] | None:
    """The rows that `?pick=…` names, or `ids`; None when one of them isn't there, or none is named."""
    picks = set([*get.getlist("pick"), *ids][: MOST_PICKED + 1])
    if picks == {ALL}:
        rows = TableListing(table, rows, scope, get).pickable.filter(gone_at__isnull=True)
        return list(rows.order_by("name_key")[:MOST_PICKED]) or None
    found = list(rows.filter(aws_id__in=picks, gone_at__isnull=True).order_by("name_key"))
    return found if found and len(found) == len(picks) else None


class TableListing:
    """A list as one request asks for it. `scope` is what it is of, such as an AWS account; filters look there."""

    def __init__(
        self,
        table: Table,
        rows: QuerySet[Any],
        scope: Any,
        get: QueryDict,
        *,
        pick_url: str = "",
        picked: Sequence[str] = (),
        stages: bool = True,
        uses: Sequence[PickUse] = (),
        ranges: Callable[[], RangeMerge | None] = lambda: None,
    ) -> None:
        self.table = table
        self._ranges = ranges
        self.scope = scope
        self.state = read_state(table, scope, get)
        self.pick_url = pick_url  # under which selections are kept, and staged where the operator may
        self.stages = stages
        self.uses = uses
        self.picked = frozenset(picked)  # kept of the pages looked at before
        self.state.kept = get.get(KEPT, "") if picked else ""
        self._all = rows
        self._cursor = {"after": get.get("after", ""), "before": get.get("before", "")}

    def _value(self, choice: Filter) -> str:
        value = self.state.values.get(choice.name, choice.default)
        return "" if value == ANY else value

    @cached_property
    def rows_in_scope(self) -> QuerySet[Any]:
        """What there is before anything was asked."""
        rows = self._all
        for choice in self.table.filters:
            rows = choice.off(rows)
        return rows

    @cached_property
    def _filtered(self) -> QuerySet[Any]:
        rows = self._all
        for choice in self.table.filters:
            value = self._value(choice)
            rows = choice.narrow(rows, value) if value else choice.off(rows)
        return rows

    @cached_property
    def matching(self) -> QuerySet[Any]:
        if self.state.query and self.table.search:
            return self.table.search(self._filtered, self.state.query)
        return self._filtered

    @cached_property
    def pickable(self) -> QuerySet[Any]:
        return self.matching.filter(**{self.table.pickable: True}) if self.table.pickable else self.matching

    @property
    def _near(self) -> ScopeScan | None:
        """Where a filter or the search has a way of its own to meet many."""
        rows, faster = self._all, False
        for choice in self.table.filters:
            value = self._value(choice)
            met = choice.narrow_near(rows, value) if value else None
            faster |= met is not None
            rows = met if met is not None else choice.narrow(rows, value) if value else choice.off(rows)
        if self.state.query and self.table.search:
            met = self.table.search_near(rows, self.state.query) if self.table.search_near else None
            faster |= met is not None
            rows = met if met is not None else self.table.search(rows, self.state.query)
        return ScopeScan(rows, self._all) if faster else None

    @cached_property
    def order(self) -> Order:
        order = self.table.order(self.state.sort or self.table.default_sort)
        assert order is not None  # noqa: S101  the state has no unknown sort, the table's default is declared beside it
        return order

    @cached_property
    def page(self) -> KeysetPage:
        return self._paged(self.state.size, count=self._count, **self._cursor)

    def rows_after(self, cursor: str, size: int) -> KeysetPage:
        """For programs: the next rows, of which nobody counts how many there are."""
        return self._paged(size, after=cursor, count=lambda rows: 0)

    def _paged(self, size: int, *, count: Callable[[QuerySet[Any]], int], **cursor: str) -> KeysetPage:
        ranges = None if self.state.query else self._ranges()  # a search finds few rows by an index of its own
        near = None if ranges else self._near
        return paged(self.matching, self.order, size, **cursor, count=count, near=near, ranges=ranges)

    def _count(self, rows: QuerySet[Any]) -> int:
        most = self.table.counts_to if self.is_narrowed else None
        return self.table.count(rows) if most is None else lately(rows, most=most)

    @property
    def total(self) -> str:
        """Exact wherever the end is in sight."""
        most = self.table.counts_to if self.is_narrowed and self.page.next else None
        return number(self.page.total) if most is None or self.page.total <= most else f"more than {number(most)}"

    @cached_property
    def is_narrowed(self) -> bool:
        return bool(self.state.query) or any(self._value(choice) for choice in self.table.filters)

    @cached_property
    def total_in_scope(self) -> int:
        return self.table.count(self.rows_in_scope) if self.is_narrowed else self.page.total

    @property
    def sentence(self) -> str:
        if self.is_narrowed and self.total_in_scope:
            whole = counted(self.total_in_scope, self.table.one, self.table.many)
            return capfirst(f"{self.total} of {whole} {'matches' if self.page.total == 1 else 'match'}.")
        return f"{counted(self.page.total, self.table.one, self.table.many)}."

    # ---- what the template prints ----

    @property
    def heads(self) -> Iterator[ColumnHead]:
        for column in self.table.shown:
            if not column.sort:
                yield ColumnHead(column)
                continue
            up = self.order.name == column.name
            down = self.order.name == f"-{column.name}"
            downwards = not down if (up or down) else column.newest_first
            target = f"-{column.name}" if downwards else column.name
            url = self.state.url(sort="" if target == self.table.default_sort else target)
            yield ColumnHead(column, url, "ascending" if up else "descending" if down else "")

    @property
    def rows(self) -> Iterator[SafeString]:
        rows, copies = self.page.rows, self.table.copies
        return table_rows(
            self.table.shown,
            rows,
            self.scope,
            pick=bool(self.pick_url),
            pickable=self.table.pickable,
            picked=self.picked,
            copies=copies,
        )

    @cached_property
    def listed(self) -> list[str]:
        """The ids of this page's rows."""
        return [row.aws_id for row in self.page.rows]

    @property
    def picked_elsewhere(self) -> int:
        return len(self.picked.difference(self.listed))

    @property
    def pick_nothing_url(self) -> str:
        return self.state.url(**{KEPT: ""})

    @property
    def picking_on_url(self) -> str:
        """Where one goes on picking: the next page, or the first."""
        return self.next_url or self.state.url()

    @property
    def chips(self) -> Iterator[Chip]:
        for choice in self.table.filters:
            value = self._value(choice)
            if value:
                text = self.state.chips.get(choice.name) or choice.chip(self.scope, value) or value
                yield Chip(text, self.state.url(**{choice.name: ANY if choice.default else ""}))

    @property
    def offers(self) -> Iterator[FilterOffer]:
        for choice in self.table.filters:
            yield FilterOffer(choice, self._value(choice), tuple(choice.options(self.scope)))

    @property
    def kept(self) -> dict[str, str]:
        """What the form of the list carries along unseen."""
        size = "" if self.page.rows else self.state.unusual_size  # below rows stands a field of that name
        return {"sort": self.state.sort, "rows": size, KEPT: self.state.kept}

    @property
    def sizes(self) -> tuple[int, ...]:
        return SIZES

    @property
    def url(self) -> str:
        """The address of this very page."""
        return self.state.url(**self._cursor)

    @property
    def clear_url(self) -> str:
        off = {choice.name: ANY if choice.default else "" for choice in self.table.filters}
        return self.state.url(q="", **off)

    @property
    def previous_url(self) -> str:
        return self.state.url(before=self.page.previous) if self.page.previous else ""

    @property
    def next_url(self) -> str:
        return self.state.url(after=self.page.next) if self.page.next else ""

    @property
    def form_url(self) -> str:
        """Where the form of what is picked goes without a button of its own address."""
        return self.pick_url if self.stages or not self.uses else self.uses[0].url

    @cached_property
    def pick_total(self) -> int:
        return self.table.count(self.pickable) if self.table.pickable else self.page.total

    @property
    def pick_all_links(self) -> Iterator[tuple[str, str]]:
        """Words and addresses of what can be done with all that matches and can be picked; none when this page is all,
        or all is too much for one plan."""
        if not len(self.page.rows) < self.page.total or not 0 < self.pick_total <= MOST_PICKED:
            return
        asked = self.state.url(pick=ALL, **{KEPT: ""})
        if self.stages:
            yield "Stage all", self.pick_url + asked
        for use in self.uses:
            if use.all_label:
                yield use.all_label, use.all_url + asked

    @property
    def exports(self) -> Iterator[tuple[str, str]]:
        """Each format that the list is exported in, with its address."""
        for name in self.table.exports:
            yield name, self.state.url(format=name, **{KEPT: ""})


def list_response(
    request: HttpRequest,
    table: Table,
    rows: QuerySet[Any],
    scope: Any,
    template: str = "lists/page.html",
    *,
    pick_url: str = "",
    stages: bool = True,
    uses: Sequence[PickUse] = (),
    context: Mapping[str, Any] | None = None,
    read: Callable[[TableListing], Mapping[str, Any]] = lambda listing: {},
    ranges: Callable[[], RangeMerge | None] = lambda: None,
) -> HttpResponseBase:
    """The list as the address asks for it: a page, htmx's fragment of it, or an export of all that matches.

    `read` adds to the context what its own template of rows needs of the page. `ranges`: in which of an index the rows
    lie, where no index has all of them in one order.
    """
    if (suggested := request.GET.get("suggest")) is not None:
        return _suggestions(request, table, scope, suggested)
    ids = kept(request.session, pick_url, request.GET.get(KEPT, "")) if pick_url else []
    listing = TableListing(
        table,
        rows,
        scope,
        request.GET,
        pick_url=pick_url,
        picked=ids,
        stages=stages,
        uses=uses,
        ranges=ranges,
    )
    if (wanted := request.GET.get("format", "")) in FORMATS:
        ordered = listing.order.forward(listing.matching)
        return export_response(wanted, table.name, table.columns, ordered)
    # A form also sends its empty fields: they are left out of the address.
    if not wants_fragment(request) and any(value == "" for value in request.GET.values()):
        parameters = {name: value for name, value in request.GET.items() if value}
        return redirect(f"{request.path}?{urlencode(parameters)}")
    whole = {"listing": listing, **(context or {}), **read(listing)}
    response = render_page(request, template, whole, fragment="lists/fragment.html")
    response["HX-Push-Url"] = request.path + listing.url
    return response


def _suggestions(request: HttpRequest, table: Table, scope: Any, name: str) -> HttpResponse:
    """What a text filter could be, given what was typed into it so far."""
    found = [choice for choice in table.filters if choice.name == name and isinstance(choice, TextFilter)]
    names = [text for choice in found for text in choice.suggestions(scope, request.GET.get(name, "").strip()[:200])]
    return render(request, "lists/suggestions.html", {"names": names})
