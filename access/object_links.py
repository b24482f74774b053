"""Addresses of the pages of what answers name: users, roles, groups, managed policies."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse

from accounts.models import AwsAccount
from identities.models import IamGroup
from policies.models import ManagedPolicy


def principal_url(aws_account: AwsAccount, unique_id: str, is_role: bool) -> str:
    return _url(aws_account, "role" if is_role else "user", unique_id)


def links_of(aws_account: AwsAccount, arns: Collection[str]) -> dict[str, str]:
    """By ARN, the pages of those groups and managed policies that the mirror has. At most two queries."""
    found: dict[str, str] = {}
    for model, name, part in ((ManagedPolicy, "policy", ":policy/"), (IamGroup, "group", ":group/")):
        wanted = sorted({arn for arn in arns if part in arn})
        rows = model._default_manager.filter(aws_account=aws_account, gone_at=None, arn__in=wanted) if wanted else ()
        found |= {row.arn: _url(aws_account, name, row.aws_id) for row in rows}
    return found


def _url(aws_account: AwsAccount, name: str, aws_id: str) -> str:
    return reverse(name, kwargs={"account_id": aws_account.account_id, "aws_id": aws_id})
