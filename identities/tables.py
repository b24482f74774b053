"""The lists of users, groups and roles, as data (see iamconsole/web/tables.py)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.models import AwsAccount
from iamconsole.web.filters import ChoiceFilter, DateFilter, Filter, FilterChoice, TextFilter
from iamconsole.web.tables import Column
from identities import cells, kinds, selectors
from identities.credentials import columns as credentials
from identities.dangling_trusts import trusting_deleted
from identities.models import Attachment, IamGroup, IamRole
from objects.tables import (
    ARN,
    CREATED,
    DESCRIPTION,
    GONE,
    OWNERSHIP,
    PATH,
    UNIQUE_ID,
    object_table,
    tag_filter,
    yes_or_no,
)
from policies.models import ManagedPolicy

NOT_PULLED = "Pull this AWS account to see what it has."


def _tags(row: Any) -> dict[str, str]:
    return dict(row.tags)


def _policies(row: Any) -> str:
    return ", ".join(cells.counts_of_policies(row)) or "None"


def _attached(owner: str) -> Filter:
    def known(aws_account: AwsAccount) -> Any:
        held = Attachment.objects.live().filter(policy=OuterRef("pk"), **{f"{owner}__isnull": False})
        return ManagedPolicy.objects.live().filter(Exists(held), aws_account=aws_account)

    return TextFilter(
        "attached",
        "Attached policy",
        rows=lambda name: selectors.has_attached(owner, name),
        known=known,
        words="{} attached",
    )


def _policy_filters(owner: str) -> tuple[Filter, ...]:
    return (
        _attached(owner),
        yes_or_no("inline", "Inline policies", Q(inline_count__gt=0), "Has inline policies"),
        yes_or_no("attachments", "Attached policies", Q(attached_count__gt=0), "Has attached policies"),
    )


POLICIES = Column("policies", "Policies", _policies, cell=cells.policies, sort="policy_count", newest_first=True)
BOUNDARY = Column(
    "boundary", "Boundary", lambda row: row.boundary_arn, cell=cells.boundary, sort="boundary_arn", optional=True
)
TAGS = Column("tags", "Tags", _tags, cell=cells.tags, optional=True)
HAS_BOUNDARY = yes_or_no("boundary", "Permissions boundary", ~Q(boundary_arn=""), "Has a boundary")

USERS = object_table(
    kinds.USER,
    credentials.MFA,
    credentials.KEYS,
    credentials.ACTIVITY,
    Column(
        "groups",
        "Groups",
        lambda row: [held.group.name for held in row.live_memberships],
        cell=cells.groups,
        sort="group_count",
        newest_first=True,
    ),
    POLICIES,
    credentials.PASSWORD,
    *(replace(column, roomy=True) for column in (BOUNDARY, CREATED, TAGS)),
    credentials.OLDEST_KEY,
    credentials.KEYS_USED,
    ARN,
    UNIQUE_ID,
    filters=(
        TextFilter(
            "group",
            "In group",
            rows=selectors.in_group,
            known=lambda aws_account: IamGroup.objects.live().filter(aws_account=aws_account),
            words="In {}",
        ),
        yes_or_no("groups", "Groups", Q(group_count__gt=0), "In a group"),
        *credentials.FILTERS,
        *_policy_filters("user"),
        HAS_BOUNDARY,
        PATH,
        tag_filter("tags"),
        DateFilter("created_before", "Created before", lookup="created_at__lt", words="Created before {}"),
        OWNERSHIP,
        GONE,
    ),
    search_hint="Name, ARN, unique id or tag",
    empty_text=f"This AWS account has no IAM users, or it was never pulled. {NOT_PULLED}",
)

GROUPS = object_table(
    kinds.GROUP,
    Column(
        "members",
        "Members",
        lambda row: row.member_count,
        cell=cells.members,
        sort="member_count",
        newest_first=True,
        css="num",
    ),
    POLICIES,
    CREATED,
    ARN,
    UNIQUE_ID,
    filters=(
        yes_or_no("members", "Members", Q(member_count__gt=0), "Has members"),
        *_policy_filters("group"),
        PATH,
        OWNERSHIP,
        GONE,
    ),
    empty_text=f"This AWS account has no IAM groups, or it was never pulled. {NOT_PULLED}",
)


def assumers(role: IamRole) -> list[str]:
    return [trusted.words for trusted in role.assumers]


_SERVICE_LINKED = Q(path__startswith="/aws-service-role/")

ROLES = object_table(
    kinds.ROLE,
    Column("assumed_by", "May be assumed by", assumers, cell=cells.assumers),
    Column(
        "last_used",
        "Last used",
        lambda row: row.last_used_at,
        cell=cells.last_used,
        sort="last_used_at",
        newest_first=True,
        css="num nowrap",
    ),
    POLICIES,
    BOUNDARY,
    CREATED,
    TAGS,
    DESCRIPTION,
    Column("max_session", "Longest session (s)", lambda row: row.max_session_s, only_export=True),
    ARN,
    UNIQUE_ID,
    filters=(
        ChoiceFilter(
            "trust",
            "May be assumed by",
            choices=(
                FilterChoice(
                    "service", "An AWS service", selectors.trusting_type("Service"), "A service may assume it"
                ),
                FilterChoice(
                    "aws", "An AWS principal", selectors.trusting_type("AWS"), "An AWS principal may assume it"
                ),
                FilterChoice(
                    "federated", "A sign-in provider", selectors.trusting_type("Federated"), "A provider may assume it"
                ),
                FilterChoice(
                    "outside", "An outside AWS account", selectors.trusting_outside, "Trusts an outside AWS account"
                ),
                FilterChoice("deleted", "Somebody who was deleted", trusting_deleted, "Trusts a deleted principal"),
            ),
        ),
        ChoiceFilter(
            "used",
            "Last used",
            choices=(
                FilterChoice("never", "Never, as far as AWS tells", Q(last_used_at__isnull=True), "Never used"),
                FilterChoice("ever", "At some time", Q(last_used_at__isnull=False), "Was used"),
            ),
        ),
        ChoiceFilter(
            "service_linked",
            "Roles of AWS services",
            default="hide",
            choices=(
                FilterChoice("hide", "Hide service-linked roles", ~_SERVICE_LINKED, "Service-linked hidden"),
                FilterChoice("only", "Only service-linked roles", _SERVICE_LINKED),
            ),
        ),
        *_policy_filters("role"),
        HAS_BOUNDARY,
        PATH,
        tag_filter("tags"),
        OWNERSHIP,
        GONE,
    ),
    search_hint="Name, ARN, tag or who assumes it",
    empty_text=f"This AWS account has no IAM roles, or it was never pulled. {NOT_PULLED}",
)

TABLES = {"user": USERS, "group": GROUPS, "role": ROLES}
