"""What the page shell shows, told by the apps above: each registers a `ShellProvider` in `AppConfig.ready()`.

With nothing registered the shell still works: no AWS account, an empty sidebar, no age.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class ShellAwsAccount(Protocol):
    """What the shell needs to know of an AWS account."""

    account_id: str
    name: str
    environment: str  # "production", "staging" or "sandbox"
    default_region: str

    @property
    def is_connected(self) -> bool:
        """False: what is shown comes from a file."""

    @property
    def resting(self) -> str:
        """Why nothing is asked of it; "" where it is."""

    def get_resting_display(self) -> str: ...

    def get_environment_display(self) -> str: ...


# Called with the request and the AWS account. Rows of all links are counted in one query, once a minute, and each
# QuerySet is compiled once for all that it depends on: `ShellProvider.rows_depend_on`.
CountedRows = Callable[["HttpRequest", Any], "QuerySet[Any]"]


@dataclass(frozen=True)
class WaitingCount:
    """What waits for the operator, said beside a link where there is any: "2 for you", which leads to these."""

    rows: CountedRows
    query: str  # of the link's address: "waiting=decision"


@dataclass(frozen=True)
class NavItem:
    """One link of the sidebar. `url_name` takes `account_id`, unless `per_aws_account` is off."""

    label: str
    icon: str
    url_name: str
    rows: CountedRows | None = None
    permission: str | tuple[str, ...] | None = None  # of several, one is enough
    per_aws_account: bool = True
    position: int = 50  # within its group; equal positions stay in the order of registration
    counts_none: bool = True  # False: a 0 isn't said
    asks: WaitingCount | None = None
    shows: Callable[[HttpRequest], bool] | None = None  # beside the permission, where that is no AWS account's
    count: Callable[[HttpRequest, Any], int | None] | None = None  # of what the page knows anyway, in place of rows
    waits_for: CountedRows | None = None  # hidden while there are none of these: see prerequisites.py


NEVER = 1_000  # no link has this position


@dataclass(frozen=True)
class NavGroup:
    """Links under one heading; groups of the same label, from several apps, become one. "" has no heading.

    Links from the position `folded_from` on are folded away, but on a page of theirs.
    """

    label: str
    items: tuple[NavItem, ...]
    position: int = 50
    folded_from: int = NEVER


@dataclass(frozen=True)
class ShellBanner:
    """`url`: of the page where something can be done; "" for who can't."""

    text: str
    url: str = ""
    link: str = ""


class ShellProvider:
    """What one app tells the shell: override what it knows; None leaves the question to the next provider."""

    navigation: Sequence[NavGroup] = ()

    def __init__(self, *navigation: NavGroup) -> None:
        """`navigation`: of an app that tells nothing else."""
        if navigation:
            self.navigation = navigation

    def aws_accounts(self, request: HttpRequest) -> Sequence[ShellAwsAccount] | None:
        """Those that the operator may see, in the order of the switcher."""
        return None

    def home(self, request: HttpRequest) -> str | None:
        """The name of the page on which somebody begins who sees no AWS account."""
        return None

    def age(self, request: HttpRequest, aws_account: Any) -> datetime | None:
        """When the last complete pull of this AWS account ended."""
        return None

    def open_changes(self, request: HttpRequest, aws_account: Any) -> int | None:
        return None

    def banner(self, request: HttpRequest, aws_account: Any) -> ShellBanner | None:
        """What everybody must know on every page."""
        return None

    def before_refusal(self, request: HttpRequest) -> None:
        """The request did nothing and will do nothing, but be told so on a page: as one that only reads."""

    def rows_depend_on(self, request: HttpRequest, aws_account: Any) -> Hashable:
        """All that the QuerySets of links depend on: the same answer must mean the same filters, to the letter."""
        return None


_providers: list[ShellProvider] = []


def register_shell(provider: ShellProvider) -> None:
    _providers.append(provider)


def shell_providers() -> Sequence[ShellProvider]:
    return tuple(_providers)


def merged_groups() -> list[NavGroup]:
    """Every registered group, same labels joined, groups and items by position."""
    merged: dict[str, NavGroup] = {}
    for provider in _providers:
        for group in provider.navigation:
            known = merged.get(group.label, NavGroup(group.label, (), group.position))
            merged[group.label] = NavGroup(
                group.label,
                known.items + group.items,
                min(known.position, group.position),
                min(known.folded_from, group.folded_from),
            )
    return [
        replace(group, items=tuple(sorted(group.items, key=lambda item: item.position)))
        for group in sorted(merged.values(), key=lambda group: group.position)
    ]
