"""The list of managed policies, as data."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from iamconsole.web.elements import ago, muted
from iamconsole.web.filters import ChoiceFilter, FilterChoice
from iamconsole.web.tables import Column
from iamconsole.web.words import counted
from objects.tables import (
    ARN,
    DESCRIPTION,
    GONE,
    IN_CODE,
    IN_CODE_COLUMN,
    OWNERSHIP,
    PATH,
    UNIQUE_ID,
    object_table,
    tag_filter,
)
from policies import figures, kinds


def _kind(row: Any) -> str:
    return "AWS" if row.is_aws else "Customer"


def _versions(row: Any, aws_account: Any) -> str:
    return str(row.version_count)


def _attached(row: Any, aws_account: Any) -> str:
    return _principals(row.attachment_count)


def _boundary_of(row: Any, aws_account: Any) -> str:
    return _principals(row.boundary_count)


def _principals(count: int) -> str:
    return counted(count, "principal") if count else _NOBODY


def _updated(row: Any, aws_account: Any) -> str:
    return ago(row.updated_at, "unknown")


_NOBODY = muted("Nobody")
_UNUSED = Q(attachment_count=0, boundary_count=0)

POLICIES = object_table(
    kinds.POLICY,
    Column("managed_by", "Managed by", _kind, sort="is_aws"),
    Column("default_version", "In force", lambda row: row.default_version, css="num", roomy=True),
    Column(
        "versions",
        "Versions",
        lambda row: row.version_count,
        cell=_versions,
        sort="version_count",
        newest_first=True,
        css="num",
        roomy=True,
    ),
    Column(
        "attached",
        "Attached to",
        lambda row: row.attachment_count,
        cell=_attached,
        sort="attachment_count",
        newest_first=True,
        css="num",
        roomy=True,
    ),
    Column(
        "boundary_of",
        "Boundary of",
        lambda row: row.boundary_count,
        cell=_boundary_of,
        sort="boundary_count",
        newest_first=True,
        css="num",
        roomy=True,
    ),
    *figures.COLUMNS,
    Column(
        "updated",
        "Updated",
        lambda row: row.updated_at,
        cell=_updated,
        sort="updated_at",
        newest_first=True,
        css="num nowrap",
        roomy=True,
    ),
    DESCRIPTION,
    ARN,
    UNIQUE_ID,
    IN_CODE_COLUMN,
    filters=(
        ChoiceFilter(
            "managed_by",
            "Managed by",
            choices=(
                FilterChoice("customer", "This AWS account", Q(is_aws=False), "Customer managed"),
                FilterChoice("aws", "AWS", Q(is_aws=True), "Managed by AWS"),
            ),
        ),
        ChoiceFilter(
            "use",
            "Use",
            choices=(
                FilterChoice("unused", "Neither attached nor a boundary", _UNUSED, "Unused"),
                FilterChoice("attached", "Attached", Q(attachment_count__gt=0), "Attached"),
                FilterChoice("boundary", "Used as a boundary", Q(boundary_count__gt=0), "Used as a boundary"),
            ),
        ),
        *figures.FILTERS,
        PATH,
        tag_filter("tags"),
        IN_CODE,
        OWNERSHIP,
        GONE,
    ),
    empty_text="This AWS account has no managed policies, or it was never pulled.",
)
