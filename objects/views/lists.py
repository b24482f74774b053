"""The list of a kind of objects, and all addresses of the kind: its list, what is staged from it, the pages of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, reverse
from django.views.decorators.http import require_GET

from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from iamconsole.web.addresses import needs, page
from iamconsole.web.counts import lately
from iamconsole.web.listings import TableListing, list_response
from iamconsole.web.prerequisites import Prerequisite, behind
from iamconsole.web.tables import Table
from objects import object_actions
from objects.object_pages import ObjectPages, tab_patterns
from objects.pick_uses import uses_of
from objects.views.object_action import action_pattern, selection_patterns
from sync.account_status import aws_account_status
from sync.models import Ownership
from sync.selectors import coverage_of


@dataclass(frozen=True)
class ObjectList:
    """Without `rows` those of its pages."""

    kind: ObjectPages
    table: Table
    rows: Callable[[AwsAccount], QuerySet[Any]] | None = None
    template: str = "lists/page.html"
    source: str = ""  # that brings them: the page says so where it wasn't read
    can_be_picked: bool = True  # to stage a change of several
    read: Callable[[TableListing], Mapping[str, Any]] = lambda listing: {}  # more of the rows of its page

    def response(self, request: HttpRequest, account_id: str) -> HttpResponseBase:
        of = self.kind.of
        aws_account = fetch_aws_account(request, account_id)
        stages = may(signed_in(request), of.stage, aws_account)
        uses = uses_of(of, signed_in(request), aws_account) if self.can_be_picked else []
        picks = self.can_be_picked and (stages or bool(uses))
        found = (self.rows or self.kind.rows_of)(aws_account)
        context: dict[str, Any] = {"list_actions": object_actions.offered_on(self.table.name) if stages else []}
        if self.can_be_picked:
            context |= ignored(request, aws_account, found)
        if self.source:
            context["coverage"] = coverage_of(aws_account, self.source)
        pick_url = reverse(f"{of.list_name}_stage", kwargs={"account_id": account_id}) if picks else ""
        return list_response(
            request,
            self.table,
            found,
            aws_account,
            self.template,
            pick_url=pick_url,
            stages=stages,
            uses=uses,
            context=context,
            read=self.read,
        )


_lists: dict[str, ObjectList] = {}


def object_lists() -> Mapping[str, ObjectList]:
    """All that have addresses, by the URL names of their lists."""
    return _lists


def object_patterns(listing: ObjectList, waits_for: Prerequisite | None = None) -> list[URLPattern]:
    """The list and the staging pages come before the pages of one. `waits_for`: without it there is no list."""
    kind = listing.kind
    _lists[kind.of.list_name] = listing

    @require_GET
    def objects(request: HttpRequest, account_id: str) -> HttpResponseBase:
        return listing.response(request, account_id)

    shown = behind(waits_for, objects) if waits_for else objects
    return [
        page(f"aws/<str:account_id>/{kind.of.path}/", shown, needs(kind.of.see), name=kind.of.list_name),
        *(selection_patterns(kind, listing.table) if listing.can_be_picked else ()),
        *tab_patterns(kind),
        action_pattern(kind),
    ]


def ignored(request: HttpRequest, aws_account: AwsAccount, rows: QuerySet[Any]) -> dict[str, int]:
    """For the context of a list of `rows`: how many of their kind it hides. None when it is asked to show them."""
    if request.GET.get("ownership") or not aws_account_status(aws_account).ignores:
        return {}
    hidden = rows.model._default_manager.filter(
        aws_account=aws_account, gone_at__isnull=True, ownership=Ownership.IGNORED
    )
    return {"ignored": lately(hidden)}
