"""The lists of instance profiles and delegation requests, as data."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.safestring import SafeString

from accounts.models import AwsAccount
from iamconsole.web.elements import NONE, NOT_HELD, day, format_html, joined, muted, object_url, small
from iamconsole.web.filters import ChoiceFilter, FilterChoice
from iamconsole.web.tables import Column
from identities import kinds
from identities.models import DelegationRequest
from objects.tables import (
    ARN,
    CREATED,
    GONE,
    OWNERSHIP,
    PATH,
    UNIQUE_ID,
    object_table,
    tag_filter,
    yes_or_no,
)

_NO_ROLE = muted("No role")


def _role(profile: Any, aws_account: AwsAccount) -> SafeString:
    if profile.role is None:
        return _NO_ROLE
    url = object_url("role", aws_account.account_id, profile.role.aws_id)
    return format_html('<a href="{}">{}</a>', url, profile.role.name)


def _tags(profile: Any, aws_account: AwsAccount) -> SafeString:
    if profile.tags is None:
        return NOT_HELD
    said = [f"{key}={value}" if value else key for key, value in profile.tags.items()]
    return joined(map(small, said), ", ") if said else NONE


INSTANCE_PROFILES = object_table(
    kinds.INSTANCE_PROFILE,
    Column("role", "Role", lambda row: row.role.name if row.role else "", cell=_role, sort="role__name_key"),
    Column("tags", "Tags", lambda row: row.tags or {}, cell=_tags, optional=True),
    CREATED,
    ARN,
    UNIQUE_ID,
    filters=(
        yes_or_no("role", "Role", Q(role__isnull=False), "Has a role in it"),
        PATH,
        tag_filter("tags"),
        OWNERSHIP,
        GONE,
    ),
    empty_text="This AWS account has none, or they were never pulled. EC2 instances get their role by one.",
)


# ---- Delegation requests -------------------------------------------------------------------------------------
_OPEN = ("ASSIGNED", "PENDING_APPROVAL", "ACCEPTED")


def _expires(request: Any, aws_account: AwsAccount) -> SafeString:
    return day(request.expires_at, "unknown")


DELEGATION_REQUESTS = object_table(
    kinds.DELEGATION_REQUEST,
    Column("state", "State", lambda row: row.get_state_display()),
    Column("description", "What for", lambda row: row.settings.get("description", "")),
    Column("requestor", "Asked by the AWS account", lambda row: row.requestor, css="num nowrap"),
    CREATED,
    Column("expires", "Expires", lambda row: row.expires_at, cell=_expires, css="num nowrap"),
    ARN,
    Column("id", "Request id", lambda row: row.aws_id, only_export=True),
    filters=(
        ChoiceFilter(
            "state",
            "State",
            choices=(
                FilterChoice("open", "Waits for somebody", Q(state__in=_OPEN)),
                *(FilterChoice(state.lower(), state.label, Q(state=state)) for state in DelegationRequest.State),
            ),
        ),
        GONE,
    ),
    search_hint="Provider, ARN or request id",
    empty_text="Nobody asked for temporary access to this AWS account, or its requests were never pulled.",
)
