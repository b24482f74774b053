"""The list of identity pools, and the pages of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from accounts.roles import PROPOSE
from cognito import kinds, posture
from cognito.identity_pools.findings import findings_of
from cognito.identity_pools.guests import guest_access
from cognito.identity_pools.operations.pools import PROVIDERS, USER_POOLS
from cognito.identity_pools.sign_in_paths import SignInPaths, without_client
from cognito.models import IdentityPool
from cognito.posture import with_findings
from iamconsole.web.elements import NONE, NOT_HELD, flag, gone_since, joined, muted, name_link, object_url, small
from iamconsole.web.listings import list_response
from iamconsole.web.search import narrowed
from iamconsole.web.tables import Column, Table
from objects import object_actions
from objects.object_pages import HISTORY, RAW, ObjectPages, Tab
from objects.tables import GONE, UNIQUE_ID, tag_filter, yes_or_no
from sync.pending import pending_mark
from sync.selectors import coverage_of


def identity_pools_of(aws_account: AwsAccount) -> QuerySet[Any]:
    return IdentityPool.objects.filter(aws_account=aws_account)


def _paths(request: HttpRequest, row: IdentityPool) -> Mapping[str, Any]:
    paths = SignInPaths(row)
    guest = guest_access(row, paths)
    return {"paths": paths, "guest": guest, "findings": findings_of(row, paths, guest)}


def _providers(request: HttpRequest, row: IdentityPool) -> Mapping[str, Any]:
    checked = {
        f"{each['ProviderName']}:{each.get('ClientId', '')}": each.get("ServerSideTokenCheck", False)
        for each in row.settings.get(USER_POOLS, ())
    }
    signed_in = SignInPaths(row).signed_in
    tags = row.principal_tags or {}
    described = [
        (path, checked.get(path.key), tags.get(without_client(path.key), {}).get("PrincipalTags", {}))
        for path in signed_in
    ]
    return {"providers": described}


def _count(row: IdentityPool) -> int:
    return sum(1 if isinstance(row.settings.get(name), str) else len(row.settings.get(name, ())) for name in PROVIDERS)


IDENTITY_POOL = ObjectPages(
    of=kinds.IDENTITY_POOL,
    template="cognito/identity_pools/pool.html",
    rows=identity_pools_of,
    tabs=(
        Tab("", "Who becomes what", "cognito/identity_pools/sign_in_paths.html", _paths, position=10),
        Tab("providers", "Providers", "cognito/identity_pools/providers.html", _providers, count=_count, position=20),
        Tab("settings", "Settings", "cognito/identity_pools/settings.html", position=30),
        HISTORY,
        RAW,
    ),
)


# ---- The list ------------------------------------------------------------------------------------------------------
def _name(row: Any, aws_account: AwsAccount) -> SafeString:
    below = gone_since(row) if row.gone_at else small(row.aws_id)
    url = object_url("identity_pool", aws_account.account_id, row.aws_id)
    return name_link(url, row.name, joined([pending_mark(row, aws_account), below]))


def _guests(row: Any, aws_account: AwsAccount) -> SafeString:
    return flag("Guests let in", "warn", "user-round-x") if row.guests else muted("No guests")


def _roles(row: Any, aws_account: AwsAccount) -> SafeString:
    if row.roles is None:
        return NOT_HELD
    names = [arn.rpartition("/")[2] for _, arn in sorted(row.roles.items())]
    return small(", ".join(names)) if names else NONE


IDENTITY_POOLS = Table(
    name="identity_pools",
    term="identity-pool",
    one="identity pool",
    many="identity pools",
    default_sort="name",
    search=narrowed,
    search_hint="Name or id",
    columns=(
        Column("name", "Name", lambda row: row.name, cell=_name, sort="name_key"),
        Column("region", "Region", lambda row: row.region, sort="region", css="nowrap"),
        Column("guests", "Guests", lambda row: row.guests, cell=_guests, sort="guests"),
        Column(
            "classic",
            "Classic flow",
            lambda row: "on" if row.classic_flow else "off",
            sort="classic_flow",
            optional=True,
        ),
        Column("roles", "Roles", lambda row: row.roles or {}, cell=_roles),
        posture.COLUMN,
        UNIQUE_ID,
    ),
    filters=(
        yes_or_no("guests", "Guests", Q(guests=True), "Lets guests in"),
        yes_or_no("classic", "Classic flow", Q(classic_flow=True), "Classic flow on"),
        posture.FILTER,
        tag_filter("tags"),
        GONE,
    ),
    empty_icon="id-card",
    empty_title="No identity pools",
    empty_text="None in any Region that was pulled. Apps get AWS credentials for their people by one.",
)


@require_GET
def identity_pools(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account = fetch_aws_account(request, account_id)
    made = object_actions.offered_on(IDENTITY_POOLS.name) if may(signed_in(request), PROPOSE, aws_account) else []
    context = {"coverage": coverage_of(aws_account, "cognito.identity_pools"), "list_actions": made}
    rows = with_findings(identity_pools_of(aws_account))
    return list_response(request, IDENTITY_POOLS, rows, aws_account, context=context)
