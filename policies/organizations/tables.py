"""The lists of an organization's accounts and control policies, as data."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.models import AwsAccount
from iamconsole.web.elements import day, flag, format_html, gone_since, muted, name_link, object_url, small
from iamconsole.web.filters import ChoiceFilter, FilterChoice, TextFilter
from iamconsole.web.search import narrowed
from iamconsole.web.tables import Column, Table
from iamconsole.web.words import counted
from objects.tables import ARN, GONE
from policies.models import OrgAccount, OrgPolicy, OrgUnit


def accounts(aws_account: AwsAccount) -> QuerySet[Any]:
    """All accounts of the organization that this AWS account reads, with their unit, and whether the console has them
    connected."""
    unit = OrgUnit.objects.filter(aws_account=aws_account, aws_id=OuterRef("parent_id"))
    connected = AwsAccount.objects.filter(account_id=OuterRef("aws_id"))
    rows: QuerySet[Any] = OrgAccount.objects.filter(aws_account=aws_account)
    annotated: QuerySet[Any] = rows.annotate(
        unit_name=Subquery(unit.values("name")[:1]), is_connected=Exists(connected)
    )
    return annotated


def policies(aws_account: AwsAccount) -> QuerySet[Any]:
    """All control policies of the organization that this AWS account reads, with the number of nodes they are on."""
    rows: QuerySet[Any] = OrgPolicy.objects.filter(aws_account=aws_account)
    annotated: QuerySet[Any] = rows.annotate(target_count=Count("targets", filter=Q(targets__gone_at__isnull=True)))
    return annotated


def _type(row: Any) -> str:
    return str(row.get_type_display())


_CONNECTED, _NOT_CONNECTED = flag("Connected", "ok", "plug"), muted("Not connected")
_NOTHING, _THIS = muted("Nothing"), small("This AWS account")


def _account(row: Any, aws_account: AwsAccount) -> SafeString:
    below = gone_since(row) if row.gone_at else _THIS if row.aws_id == aws_account.account_id else ""
    return format_html('<span class="name">{}</span>{}', row.name, below)


def _state(row: Any, aws_account: AwsAccount) -> SafeString:
    return state_cell(row.state)


@lru_cache(maxsize=32)
def state_cell(state: str) -> SafeString:
    return render_to_string("organizations/state.html", {"state": state})


def _console(row: Any, aws_account: AwsAccount) -> SafeString:
    return _CONNECTED if row.is_connected else _NOT_CONNECTED


def _joined(row: Any, scope: object) -> SafeString:
    return day(row.joined_at, "unknown")


def _policy(row: Any, aws_account: AwsAccount) -> SafeString:
    below = gone_since(row) if row.gone_at else small(row.description) if row.description else ""
    return name_link(object_url("control_policy", aws_account.account_id, row.aws_id), row.name, below)


def _targets(row: Any, aws_account: AwsAccount) -> str:
    return counted(row.target_count, "place") if row.target_count else _NOTHING


JOINED = Column(
    "joined",
    "Joined",
    lambda row: row.joined_at,
    cell=_joined,
    sort="joined_at",
    newest_first=True,
    css="num nowrap",
    optional=True,
)
ACCOUNTS = Table(
    name="organization-accounts",
    one="account of the organization",
    many="accounts of the organization",
    default_sort="name",
    search=narrowed,
    search_hint="Name or account id",
    columns=(
        Column("name", "Name", lambda row: row.name, cell=_account, sort="name_key"),
        Column("account_id", "Account id", lambda row: row.aws_id, css="num", sort="aws_id"),
        Column("unit", "Unit", lambda row: row.unit_name, sort="unit_name"),
        Column("state", "State", lambda row: row.state, cell=_state, sort="state"),
        Column("console", "In this console", lambda row: "Connected" if row.is_connected else "", cell=_console),
        JOINED,
        Column("unit_id", "Unit id", lambda row: row.parent_id, only_export=True),
        ARN,
    ),
    filters=(
        TextFilter("unit", "Unit id", rows=lambda value: Q(parent_id=value), words="In {}"),
        ChoiceFilter(
            "console",
            "In this console",
            choices=(
                FilterChoice("yes", "Connected", Q(is_connected=True), "Connected to this console"),
                FilterChoice("no", "Not connected", Q(is_connected=False), "Not connected to this console"),
            ),
        ),
        ChoiceFilter(
            "state",
            "State",
            choices=(
                FilterChoice("active", "Active", Q(state="ACTIVE"), "Active"),
                FilterChoice("other", "Suspended, closing or closed", ~Q(state="ACTIVE"), "Not active"),
            ),
        ),
        GONE,
    ),
    empty_icon="network",
    empty_title="No accounts",
    empty_text="This AWS account reads no organization, or it was never pulled.",
)

POLICIES = Table(
    name="organization_policies",
    one="control policy",
    many="control policies",
    default_sort="name",
    search=narrowed,
    search_hint="Name or id",
    columns=(
        Column("name", "Name", lambda row: row.name, cell=_policy, sort="name_key"),
        Column("type", "Type", _type, sort="type"),
        Column(
            "targets",
            "Attached to",
            lambda row: row.target_count,
            cell=_targets,
            sort="target_count",
            newest_first=True,
            css="num",
        ),
        Column("made_by", "Made by", lambda row: "AWS" if row.is_aws else "The organization", sort="is_aws"),
        ARN,
        Column("policy_id", "Policy id", lambda row: row.aws_id, only_export=True),
    ),
    filters=(
        ChoiceFilter(
            "type",
            "Type",
            choices=(
                FilterChoice("scp", "Service control policies", Q(type=OrgPolicy.Type.SCP), "Service control policies"),
                FilterChoice(
                    "rcp", "Resource control policies", Q(type=OrgPolicy.Type.RCP), "Resource control policies"
                ),
            ),
        ),
        ChoiceFilter(
            "use",
            "Use",
            choices=(
                FilterChoice("attached", "Attached", Q(target_count__gt=0), "Attached"),
                FilterChoice("unused", "Attached to nothing", Q(target_count=0), "Unused"),
            ),
        ),
        GONE,
    ),
    empty_icon="shield",
    empty_title="No control policies",
    empty_text="This AWS account reads no organization, or it was never pulled.",
)
