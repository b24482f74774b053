"""The inbox of one AWS account, and what the one of all AWS accounts is made of (estate/findings.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from accounts.roles import ADMINISTER, MUTE, PROPOSE
from findings.exports import FORMATS, export
from findings.inbox.lines import lines_of
from findings.inbox.standing import InboxStanding, standing_of
from findings.inbox.table import FINDINGS, GROUPED, table_for
from findings.inbox.trend_lines import trend_boxes
from findings.models import Finding, SavedFindingsView
from findings.tallies import Trend, trend
from iamconsole.web.counts import lately
from iamconsole.web.listings import TableListing, list_response
from iamconsole.web.ranges import RangeMerge
from iamconsole.web.tables import Table
from iamconsole.web.words import counted, number


@dataclass(frozen=True)
class InboxOf:
    """Of one AWS account, or of those in `aws_accounts` that the operator sees. `scope`: what filters look in."""

    aws_accounts: Sequence[AwsAccount]
    aws_account: AwsAccount | None = None
    scope: Any = None
    table: Table = FINDINGS

    @property
    def url(self) -> str:
        return self.address("findings")

    def address(self, name: str, **kwargs: Any) -> str:
        if self.aws_account is None:
            return reverse(f"all_{name}", kwargs=kwargs)
        return reverse(name, kwargs={"account_id": self.aws_account.account_id, **kwargs})


@dataclass(frozen=True)
class ListAct:
    """A button for what was picked. `states`: of the lists that have it."""

    name: str  # of its address
    label: str
    icon: str
    permission: str
    states: tuple[str, ...]
    primary: bool = False

    def shows(self, state: str) -> bool:
        return state in self.states


_THERE = ("open", "muted", "accepted", "any")
_ACTS = (
    ListAct("assign_findings", "Assign…", "user-round-check", MUTE, _THERE),
    ListAct("mute_findings", "Mute…", "bell-off", MUTE, ("open", "muted", "any")),
    ListAct("unmute_findings", "End the mute", "bell", MUTE, ("muted",)),
    ListAct("accept_findings", "Accept…", "badge-check", ADMINISTER, ("open", "muted", "any")),
    ListAct("reopen_findings", "Open again", "rotate-ccw", ADMINISTER, ("accepted",)),
    ListAct("stage_findings", "Stage fixes…", "git-pull-request-arrow", PROPOSE, _THERE, primary=True),
)


@require_GET
def inbox(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account = fetch_aws_account(request, account_id)
    return inbox_response(request, InboxOf([aws_account], aws_account, aws_account))


def inbox_response(
    request: HttpRequest,
    of: InboxOf,
    *,
    looked_in: Sequence[AwsAccount] | None = None,
    context: Mapping[str, Any] | None = None,
) -> HttpResponseBase:
    """`looked_in`: of the AWS accounts those that filters leave."""
    operator = signed_in(request)
    table = table_for(of.table, operator)
    rows = rows_of(of.aws_accounts)
    if (wanted := request.GET.get("format", "")) in FORMATS:
        listing = TableListing(table, rows, of.scope, request.GET)
        return export(wanted, listing.matching)
    places = list(looked_in if looked_in is not None else of.aws_accounts)
    ranges = RangeMerge("aws_account", [each.pk for each in places])

    def read(listing: TableListing) -> Mapping[str, Any]:
        so_far = trend(of.aws_accounts)
        return {"lines": lines_of(listing, so_far.known, operator), **_around(request, of, listing, so_far)}

    return list_response(
        request,
        table,
        rows,
        of.scope,
        "findings/inbox.html",
        context=context,
        read=read,
        ranges=_ranges(ranges, is_one=len(of.aws_accounts) == 1),
    )


def rows_of(aws_accounts: Sequence[AwsAccount]) -> QuerySet[Any]:
    there = {"aws_account": aws_accounts[0]} if len(aws_accounts) == 1 else {"aws_account__in": aws_accounts}
    return Finding.objects.filter(**there).select_related("aws_account", "owner", "owner_group")


def _ranges(ranges: RangeMerge, *, is_one: bool) -> Callable[[], RangeMerge | None]:
    return lambda: None if is_one else ranges


def _around(request: HttpRequest, of: InboxOf, listing: TableListing, so_far: Trend) -> dict[str, Any]:
    """What stands around the list: tabs, trend, what is sure, saved views, and what the operator may do."""
    operator = signed_in(request)

    def some_may(permission: str) -> bool:
        return any(may(operator, permission, each) for each in of.aws_accounts)

    state = listing.state.values.get("state", "open")
    standing = standing_of(operator, of.aws_accounts)
    return {
        "of": of,
        "aws_account": of.aws_account,
        "tabs": tabs(of, state, sum(so_far.today.values())),
        "trend": trend_boxes(so_far),
        "standing": standing,
        "groups": [(sort, label, listing.state.url(sort=sort)) for sort, label in GROUPED.items()],
        "grouped_by": (listing.state.sort or listing.table.default_sort).removeprefix("-"),
        "saved": _saved(request, of),
        "acts": [(of.address(act.name), act) for act in _ACTS if some_may(act.permission) and act.shows(state)],
        "here": f"{request.path}{listing.url}",
        "save_url": of.address("save_findings_view"),
        "delete_url": of.address("delete_findings_view"),
        "more_formats": [(label, listing.state.url(format=name)) for name, (label, *_) in FORMATS.items()],
        "lede": lede(so_far.today, standing),
    }


def lede(counts: Mapping[str, int], standing: InboxStanding) -> str:
    """`counts`: of open ones by severity."""
    total = sum(counts.values())
    if standing.at is None:
        return f"{counted(total, 'finding')} so far: not looked for everywhere yet." if total else "Not looked for yet."
    if not total:
        return "No finding is known to be open." if standing.never else "No finding is open."
    grave = [f"{number(counts[each])} {each}" for each in ("critical", "high") if counts[each]]
    rest = f": {', '.join(grave)}" if grave else ""
    return f"{counted(total, 'finding needs', 'findings need')} a decision{rest}."


def tabs(of: InboxOf, current: str, opened: int) -> list[dict[str, Any]]:
    counts = {
        "open": opened,
        "muted": lately(rows_of(of.aws_accounts).filter(state=Finding.State.MUTED).order_by()),
        "accepted": lately(rows_of(of.aws_accounts).filter(state=Finding.State.ACCEPTED).order_by()),
    }
    listed = [
        {
            "label": label,
            "url": f"{of.url}{'' if value == 'open' else '?' + urlencode({'state': value})}",
            "current": value == current,
            "count": counts.get(value),
        }
        for value, label in (("open", "Open"), ("muted", "Muted"), ("accepted", "Accepted"), ("mended", "Mended"))
    ]
    if of.aws_account is not None:
        cis, rules = of.address("findings_cis"), of.address("finding_rules")
        listed.append({"label": "CIS benchmark", "url": cis, "current": current == "cis", "count": None})
        listed.append({"label": "Rules", "url": rules, "current": current == "rules", "count": None})
    return listed


def _saved(request: HttpRequest, of: InboxOf) -> list[SavedFindingsView]:
    views = SavedFindingsView.objects.filter(operator=signed_in(request), aws_account=of.aws_account)
    return list(views.order_by("name", "pk"))
