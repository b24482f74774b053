"""The page shell of one request: every answer is looked up when a template first asks for it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from iamconsole.web.addresses import is_of_all_aws_accounts
from iamconsole.web.counts import CountQuery, count_query, counted_lately
from iamconsole.web.navigation import (
    CountedRows,
    NavGroup,
    NavItem,
    ShellAwsAccount,
    ShellBanner,
    ShellProvider,
    WaitingCount,
    merged_groups,
    shell_providers,
)
from iamconsole.web.once import page_is_made

T = TypeVar("T")
# What a count of the sidebar is of: a link, what it asks, or what it waits for.
Counted = NavItem | WaitingCount | CountedRows

_MOST_COMPILED = 5000
# The queries of what links count, by the function that gives the rows and all that these depend on.
_compiled: dict[Hashable, CountQuery | None] = {}


@dataclass(frozen=True)
class SidebarLink:
    """A link of the sidebar, ready to print; `current` is "", "page" (it is this page) or "true" (it leads here)."""

    label: str
    icon: str
    url: str
    count: int | None
    current: str = ""
    asks: int = 0  # how many wait for the operator
    asks_url: str = ""
    is_folded: bool = False


@dataclass(frozen=True)
class SidebarLinkGroup:
    label: str
    links: tuple[SidebarLink, ...]

    @property
    def first(self) -> list[SidebarLink]:
        return [link for link in self.links if not link.is_folded]

    @property
    def folded(self) -> list[SidebarLink]:
        return [link for link in self.links if link.is_folded]

    @property
    def is_unfolded(self) -> bool:
        """The page is one of those that are folded away."""
        return any(link.current for link in self.folded)


class Permissions:
    """`shell.can.propose` in a template: what the operator may do on the current AWS account, asked once each."""

    def __init__(self, user: Any, aws_account: ShellAwsAccount | None) -> None:
        self._user, self._aws_account = user, aws_account
        self._known: dict[str, bool] = {}

    def __getitem__(self, name: str) -> bool:
        if name not in self._known:
            self._known[name] = bool(self._user and self._user.has_perm(name, self._aws_account))
        return self._known[name]


class Shell:
    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def aws_accounts(self) -> Sequence[ShellAwsAccount]:
        return self._first_answer(lambda provider: provider.aws_accounts(self._request)) or ()

    @cached_property
    def aws_account(self) -> ShellAwsAccount | None:
        """The one of the address; on pages that have none, the only one there is, but on those of all of them."""
        named: ShellAwsAccount | None = getattr(self._request, "aws_account", None)
        if self.is_of_all:
            return None
        return named or (self.aws_accounts[0] if len(self.aws_accounts) == 1 else None)

    @cached_property
    def together(self) -> Sequence[ShellAwsAccount]:
        """Those that the pages over all AWS accounts are of."""
        user = self._request.user
        return [each for each in self.aws_accounts if user.has_perm("see_iam", each)]  # type: ignore[arg-type]

    @property
    def home(self) -> str:
        """The name of the page on which somebody begins who sees no AWS account; "" where none is theirs."""
        return self._first_answer(lambda provider: provider.home(self._request)) or ""

    @property
    def is_of_all(self) -> bool:
        """The page is about all AWS accounts that the operator may see."""
        return is_of_all_aws_accounts(self._request)

    @cached_property
    def age(self) -> datetime | None:
        return self._first_answer(lambda provider: provider.age(self._request, self.aws_account))

    @cached_property
    def banner(self) -> ShellBanner | None:
        return self._first_answer(lambda provider: provider.banner(self._request, self.aws_account))

    @cached_property
    def open_changes(self) -> int:
        return self._first_answer(lambda provider: provider.open_changes(self._request, self.aws_account)) or 0

    @cached_property
    def can(self) -> Permissions:
        return Permissions(getattr(self._request, "user", None), self.aws_account)

    @cached_property
    def navigation(self) -> list[SidebarLinkGroup]:
        shown = [(group, [item for item in group.items if self._shows(item)]) for group in merged_groups()]
        counts = self._counts([item for _, items in shown for item in items])
        groups = [
            SidebarLinkGroup(
                group.label, tuple(self._link(item, group, counts) for item in items if _is_awaited(item, counts))
            )
            for group, items in shown
        ]
        current = self._current_url([link.url for group in groups for link in group.links])
        return [
            SidebarLinkGroup(group.label, tuple(self._marked(link, current) for link in group.links))
            for group in groups
            if group.links
        ]

    def _first_answer(self, ask: Callable[[ShellProvider], T | None]) -> T | None:
        return next((answer for provider in shell_providers() if (answer := ask(provider)) is not None), None)

    def _shows(self, item: NavItem) -> bool:
        reachable = not item.per_aws_account or self.aws_account is not None
        permissions = (item.permission,) if isinstance(item.permission, str) else item.permission
        granted = permissions is None or any(self.can[permission] for permission in permissions)
        return reachable and granted and (item.shows is None or item.shows(self._request))

    def _counts(self, items: Sequence[NavItem]) -> dict[Counted, int]:
        """What links say beside their words, what they ask, and what they wait for; all that give rows in one query."""
        rows: dict[Counted, CountedRows] = {item: item.rows for item in items if item.rows}
        rows |= {item.asks: item.asks.rows for item in items if item.asks}
        rows |= {item.waits_for: item.waits_for for item in items if item.waits_for}
        depend_on = self._rows_depend_on() if rows else ()
        queries = [self._count_query(rows_of, depend_on) for rows_of in rows.values()]
        counts = dict(zip(rows, counted_lately(queries), strict=True))
        known = {item: item.count(self._request, self.aws_account) for item in items if item.count}
        return counts | {item: count for item, count in known.items() if count is not None}

    def _rows_depend_on(self) -> Hashable:
        return tuple(provider.rows_depend_on(self._request, self.aws_account) for provider in shell_providers())

    def _count_query(self, rows_of: CountedRows, depend_on: Hashable) -> CountQuery | None:
        """Compiles the rows' query when this process hasn't: that takes longer than to count them."""
        key = (rows_of, depend_on)
        with suppress(KeyError):
            return _compiled[key]
        if len(_compiled) >= _MOST_COMPILED:
            _compiled.clear()
        query = _compiled[key] = count_query(rows_of(self._request, self.aws_account))
        return query

    def _link(self, item: NavItem, group: NavGroup, counts: Mapping[Counted, int]) -> SidebarLink:
        kwargs = {"account_id": self.aws_account.account_id} if item.per_aws_account and self.aws_account else None
        count = counts.get(item)
        shown = count if count or item.counts_none else None
        is_folded = item.position >= group.folded_from
        link = SidebarLink(item.label, item.icon, reverse(item.url_name, kwargs=kwargs), shown, is_folded=is_folded)
        if item.asks is None:
            return link
        return replace(link, asks=counts.get(item.asks, 0), asks_url=f"{link.url}?{item.asks.query}")

    def _current_url(self, urls: Sequence[str]) -> str:
        """The link that leads furthest towards this page: on a user's page that is the list of users.

        One above other links, such as the overview, is that of its own page only.
        """
        path = self._request.path
        lists = [url for url in urls if not any(other != url and other.startswith(url) for other in urls)]
        return path if path in urls else max((url for url in lists if path.startswith(url)), key=len, default="")

    def _marked(self, link: SidebarLink, current: str) -> SidebarLink:
        if link.url != current:
            return link
        return replace(link, current="page" if link.url == self._request.path else "true")


def _is_awaited(item: NavItem, counts: Mapping[Counted, int]) -> bool:
    """Whether there is what the link waits for."""
    return item.waits_for is None or counts[item.waits_for] > 0


def refusal_page(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
    """Says on a page what the console doesn't do. What the page asks again and again is asked once."""
    with page_is_made():
        for provider in shell_providers():
            provider.before_refusal(request)
        return render(request, template, context, status=status)


def shell_for(request: HttpRequest) -> Shell:
    """The shell of this request; views and templates share its answers."""
    shell: Shell | None = getattr(request, "_shell", None)
    if shell is None:
        shell = Shell(request)
        request._shell = shell  # type: ignore[attr-defined]
    return shell


# ---- Context processors --------------------------------------------------------------------------------------------
# What every template can rely on.
def csp_nonce(request: HttpRequest) -> dict[str, Any]:
    """django-csp says CSP_NONCE, django-htmx and our templates say csp_nonce. Made when a template first prints it."""
    return {"csp_nonce": getattr(request, "csp_nonce", None)}


def shell_context(request: HttpRequest) -> dict[str, Any]:
    return {"shell": shell_for(request)}
