"""The lists of an organization's accounts and control policies, as data."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import AwsAccount
from iamconsole.web.filters import Choice, ChoiceFilter, TextFilter
from iamconsole.web.search import narrowed
from iamconsole.web.tables import Column, Table
from policies.models import OrgAccount, OrgPolicy, OrgUnit
from policies.tables import ARN, GONE


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


ACCOUNTS = Table(
    name="organization-accounts",
    one="account of the organization",
    many="accounts of the organization",
    default_sort="name",
    search=narrowed,
    search_hint="Name or account id",
    columns=(
        Column("name", "Name", lambda row: row.name, template="organizations/cells.html#account", sort="name_key"),
        Column("account_id", "Account id", lambda row: row.aws_id, css="num", sort="aws_id"),
        Column("unit", "Unit", lambda row: row.unit_name, sort="unit_name"),
        Column("state", "State", lambda row: row.state, template="organizations/cells.html#state", sort="state"),
        Column("console", "In this console", lambda row: "Connected" if row.is_connected else "",
               template="organizations/cells.html#console"),
        Column("joined", "Joined", lambda row: row.joined_at, template="organizations/cells.html#joined",
               sort="joined_at", newest_first=True, css="num nowrap", optional=True),
        Column("unit_id", "Unit id", lambda row: row.parent_id, only_export=True),
        ARN,
    ),
    filters=(
        TextFilter("unit", "Unit id", rows=lambda value: Q(parent_id=value), words="In {}"),
        ChoiceFilter("console", "In this console", choices=(
            Choice("yes", "Connected", Q(is_connected=True), "Connected to this console"),
            Choice("no", "Not connected", Q(is_connected=False), "Not connected to this console"),
        )),
        ChoiceFilter("state", "State", choices=(
            Choice("active", "Active", Q(state="ACTIVE"), "Active"),
            Choice("other", "Suspended, closing or closed", ~Q(state="ACTIVE"), "Not active"),
        )),
        GONE,
    ),
    empty_icon="network",
    empty_title="No accounts",
    empty_text="This AWS account reads no organization, or it was never pulled.",
)  # fmt: skip

POLICIES = Table(
    name="control-policies",
    one="control policy",
    many="control policies",
    default_sort="name",
    search=narrowed,
    search_hint="Name or id",
    columns=(
        Column("name", "Name", lambda row: row.name, template="organizations/cells.html#policy", sort="name_key"),
        Column("type", "Type", _type, sort="type"),
        Column("targets", "Attached to", lambda row: row.target_count, template="organizations/cells.html#targets",
               sort="target_count", newest_first=True, css="num"),
        Column("made_by", "Made by", lambda row: "AWS" if row.is_aws else "The organization", sort="is_aws"),
        ARN,
        Column("policy_id", "Policy id", lambda row: row.aws_id, only_export=True),
    ),
    filters=(
        ChoiceFilter("type", "Type", choices=(
            Choice("scp", "Service control policies", Q(type=OrgPolicy.Type.SCP), "Service control policies"),
            Choice("rcp", "Resource control policies", Q(type=OrgPolicy.Type.RCP), "Resource control policies"),
        )),
        ChoiceFilter("use", "Use", choices=(
            Choice("attached", "Attached", Q(target_count__gt=0), "Attached"),
            Choice("unused", "Attached to nothing", Q(target_count=0), "Unused"),
        )),
        GONE,
    ),
    empty_icon="shield",
    empty_title="No control policies",
    empty_text="This AWS account reads no organization, or it was never pulled.",
)  # fmt: skip
