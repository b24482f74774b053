"""The lists over all AWS accounts, as data: each is the list of one AWS account with the AWS account as a column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from accounts.models import AwsAccount, Operator
from cognito import kinds as cognito_kinds
from cognito.posture import with_findings
from cognito.tables import POOLS, count_people
from estate.across import ACCOUNT, LABEL, across, chosen
from estate.scope import ACCESS, AllAccounts, all_accounts
from estate.staging.selection import BY_PATH, staging_accounts
from iamconsole.web.addresses import page
from iamconsole.web.elements import ago, name_link
from iamconsole.web.listings import TableListing, list_response
from iamconsole.web.ranges import RangeMerge
from iamconsole.web.tables import Column, Table
from identities import kinds as identity_kinds
from identities.dangling_trusts import name_deleted
from identities.power import note_power
from identities.selectors import with_listed_groups
from identities.trust import unique_ids
from objects.kinds import AwsKind
from policies import kinds as policy_kinds
from sync import drift
from sync.account_status import remember_statuses
from sync.selectors import changes_in
from sync.views.drift import DRIFT
from sync.views.lists import CHANGES

Rows = Callable[[Operator, Sequence[AwsAccount]], QuerySet[Any]]


@dataclass(frozen=True)
class AllList:
    """`rows`: those that an operator may see in these AWS accounts."""

    path: str
    table: Table
    rows: Rows
    column: str = "aws_account"  # of the rows: their AWS account
    is_indexed: bool = True  # by the AWS account and each column that sorts: its ranges are merged
    read: Callable[[Sequence[Any]], object] = lambda rows: None  # more of the rows of a page

    @property
    def name(self) -> str:
        return f"all_{self.path.replace('-', '_')}"

    def response(self, request: HttpRequest) -> HttpResponseBase:
        scope = all_accounts(request)
        looked_in = chosen(scope, request.GET.get(ACCOUNT, ""), request.GET.get(LABEL, ""))
        remember_statuses(scope.held)
        ranges = RangeMerge(self.column, [each.pk for each in looked_in])

        def read(listing: TableListing) -> Mapping[str, Any]:
            self.read(listing.page.rows)
            return {}

        pick_url = self._pick_url(scope)
        return list_response(
            request,
            self.table,
            self.rows(scope.operator, scope.held).select_related(self.column),
            scope,
            "estate/list.html",
            pick_url=pick_url,
            read=read,
            ranges=lambda: ranges if self.is_indexed else None,
        )

    def _pick_url(self, scope: AllAccounts) -> str:
        """Where what is picked is staged; "" where there is nothing to pick, or nothing the operator may stage."""
        kind = BY_PATH.get(self.path)
        return kind.stage_url if kind and staging_accounts(scope.operator, kind, scope.held) else ""

    def pattern(self) -> URLPattern:
        @require_GET
        def everywhere(request: HttpRequest) -> HttpResponseBase:
            return self.response(request)

        return page(f"all/{self.path}/", everywhere, ACCESS, name=self.name)


# ---- What is mirrored ----------------------------------------------------------------------------------------------
def _of_kind(kind: AwsKind, more: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows) -> Rows:
    def rows(operator: Operator, aws_accounts: Sequence[AwsAccount]) -> QuerySet[Any]:
        return more(kind.rows_for(operator).filter(aws_account__in=aws_accounts))

    return rows


def _read_roles(roles: Sequence[Any]) -> None:
    """Who is an administrator, and whom a trust policy names by a unique id, of each AWS account by itself."""
    note_power(roles)
    by_account: dict[int, list[Any]] = {}
    for role in roles:
        if unique_ids(role.trusted):
            by_account.setdefault(role.aws_account_id, []).append(role)
    for each in by_account.values():
        name_deleted(each)


# ---- Drift ---------------------------------------------------------------------------------------------------------
def _drift_name(row: Any, aws_account: AwsAccount) -> SafeString:
    url = reverse("drift_one", kwargs={"account_id": aws_account.account_id, "pk": row.pk})
    return name_link(url, drift.object_in(row), "")


def _seen(row: Any, aws_account: AwsAccount) -> SafeString:
    return ago(row.seen_at)


def _drift_table() -> Table:
    """As rows of cells: to accept and to undo stand on the page of each, and on the list of its AWS account."""
    known = {column.name: column for column in DRIFT.columns}
    first = ("name", "kind", "what", "seen")
    others = (replace(column, only_export=True) for name, column in known.items() if name not in first)
    columns: tuple[Column, ...] = (
        replace(known["name"], cell=_drift_name),
        known["kind"],
        known["what"],
        replace(known["seen"], cell=_seen, css="nowrap"),
        *others,
    )
    return replace(DRIFT, columns=columns, rows_template="lists/rows.html")


def _drift_rows(operator: Operator, aws_accounts: Sequence[AwsAccount]) -> QuerySet[Any]:
    return drift.drift_in(aws_accounts)


# ---- Changes -------------------------------------------------------------------------------------------------------
def _change_rows(operator: Operator, aws_accounts: Sequence[AwsAccount]) -> QuerySet[Any]:
    return changes_in(aws_accounts, waits_for=operator)


LISTS = (
    AllList("users", BY_PATH["users"].table, _of_kind(identity_kinds.USER, with_listed_groups), read=note_power),
    AllList("groups", BY_PATH["groups"].table, _of_kind(identity_kinds.GROUP)),
    AllList("roles", BY_PATH["roles"].table, _of_kind(identity_kinds.ROLE), read=_read_roles),
    AllList("policies", BY_PATH["policies"].table, _of_kind(policy_kinds.POLICY)),
    AllList("changes", across(CHANGES), _change_rows, is_indexed=False),
    AllList("drift", across(_drift_table(), "drift_in"), _drift_rows, column="drift_in", is_indexed=False),
    AllList("user-pools", across(POOLS), _of_kind(cognito_kinds.POOL, with_findings), read=count_people),
)
