"""The lists of users, groups and roles, as data (see iamconsole/web/tables.py)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import AwsAccount
from iamconsole.web.elements import NONE, ago, joined, muted, object_url, small
from iamconsole.web.filters import ChoiceFilter, DateFilter, Filter, FilterChoice, TextFilter
from iamconsole.web.tables import Column
from iamconsole.web.words import number
from identities import kinds, selectors
from identities.credentials import columns as credentials
from identities.dangling_trusts import trusting_deleted
from identities.models import Attachment, IamGroup, IamRole, IamUser, Principal
from identities.power import POWER
from objects.tables import (
    ARN,
    CREATED,
    DESCRIPTION,
    GONE,
    IN_CODE,
    IN_CODE_COLUMN,
    OWNERSHIP,
    PATH,
    UNIQUE_ID,
    object_table,
    tag_filter,
    yes_or_no,
)
from policies.models import ManagedPolicy

# ---- Cells ---------------------------------------------------------------------------------------------------
MOST_GROUPS, MOST_TAGS, MOST_TRUSTED = 4, 2, 3
_NO_GROUP, _NOBODY = muted("No group"), muted("Nobody")


def _groups_cell(user: IamUser, aws_account: AwsAccount) -> SafeString:
    """`user` as `selectors.users` gives it."""
    held = [member.group for member in user.live_memberships[:MOST_GROUPS]]  # type: ignore[attr-defined]
    if not held:
        return _NO_GROUP
    shown = joined((_group_link(group, aws_account) for group in held), ", ")
    rest = user.group_count - MOST_GROUPS
    return format_html('{} <span class="muted">and {} more</span>', shown, rest) if rest > 0 else shown


def _group_link(group: IamGroup, aws_account: AwsAccount) -> SafeString:
    return format_html('<a href="{}">{}</a>', object_url("group", aws_account.account_id, group.aws_id), group.name)


def _policies_cell(row: Principal, aws_account: AwsAccount) -> SafeString:
    said = ", ".join(_counts_of_policies(row))
    return format_html('<span class="num nowrap">{}</span>', said) if said else NONE


def _counts_of_policies(row: Principal) -> Iterator[str]:
    """ "2 attached", "1 inline": what depends on the row itself."""
    for count, word in ((row.attached_count, "attached"), (row.inline_count, "inline")):
        if count:
            yield f"{count} {word}"


def _boundary_cell(row: IamUser | IamRole, aws_account: AwsAccount) -> str:
    return row.boundary_name if row.boundary_arn else NONE


def _tags_cell(row: IamUser | IamRole, aws_account: AwsAccount) -> SafeString:
    """But `Name`, which stands below the name."""
    others = row.other_tags
    if not others:
        return NONE
    shown = [f"{key}={value}" if value else key for key, value in others[:MOST_TAGS]]
    if (rest := len(others) - MOST_TAGS) > 0:
        shown[-1] += f" and {rest} more"
    return joined(small(tag) for tag in shown)


def _members_cell(group: IamGroup, aws_account: AwsAccount) -> str:
    return number(group.member_count) if group.member_count else NONE


def _assumers_cell(role: IamRole, aws_account: AwsAccount) -> SafeString:
    trusted = role.assumers
    if not trusted:
        return _NOBODY
    inks = ((" ink-warn" if one.kind in ("gone", "anyone") else "", one.words) for one in trusted[:MOST_TRUSTED])
    shown = format_html_join("", '<span class="trusted{}">{}</span>', inks)
    rest = len(trusted) - MOST_TRUSTED
    return joined((shown, small(f"and {rest} more"))) if rest > 0 else shown


def _last_used_cell(role: IamRole, aws_account: AwsAccount) -> SafeString:
    return ago(role.last_used_at)


NOT_PULLED = "Pull this AWS account to see what it has."


def _tags(row: Any) -> dict[str, str]:
    return dict(row.tags)


def _policies(row: Any) -> str:
    return ", ".join(_counts_of_policies(row)) or "None"


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


POLICIES = Column("policies", "Policies", _policies, cell=_policies_cell, sort="policy_count", newest_first=True)
BOUNDARY = Column(
    "boundary", "Boundary", lambda row: row.boundary_arn, cell=_boundary_cell, sort="boundary_arn", optional=True
)
TAGS = Column("tags", "Tags", _tags, cell=_tags_cell, optional=True)
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
        cell=_groups_cell,
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
    IN_CODE_COLUMN,
    filters=(
        TextFilter(
            "group",
            "In group",
            rows=selectors.in_group,
            known=lambda aws_account: IamGroup.objects.live().filter(aws_account=aws_account),
            words="In {}",
        ),
        yes_or_no("groups", "Groups", Q(group_count__gt=0), "In a group"),
        POWER,
        *credentials.FILTERS,
        *_policy_filters("user"),
        HAS_BOUNDARY,
        PATH,
        tag_filter("tags"),
        DateFilter("created_before", "Created before", lookup="created_at__lt", words="Created before {}"),
        IN_CODE,
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
        cell=_members_cell,
        sort="member_count",
        newest_first=True,
        css="num",
    ),
    POLICIES,
    CREATED,
    ARN,
    UNIQUE_ID,
    IN_CODE_COLUMN,
    filters=(
        yes_or_no("members", "Members", Q(member_count__gt=0), "Has members"),
        *_policy_filters("group"),
        PATH,
        IN_CODE,
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
    Column("assumed_by", "May be assumed by", assumers, cell=_assumers_cell),
    Column(
        "last_used",
        "Last used",
        lambda row: row.last_used_at,
        cell=_last_used_cell,
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
    IN_CODE_COLUMN,
    filters=(
        POWER,
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
        IN_CODE,
        OWNERSHIP,
        GONE,
    ),
    search_hint="Name, ARN, tag or who assumes it",
    empty_text=f"This AWS account has no IAM roles, or it was never pulled. {NOT_PULLED}",
)

TABLES = {"user": USERS, "group": GROUPS, "role": ROLES}
