"""Operators and groups of operators that a directory looks after."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import ApiToken, AwsAccount, Grant, Operator, ScimGroup
from accounts.roles import Role
from accounts.services import scim_groups


def named(name: str) -> Operator:
    return Operator.objects.get(email=f"{name}@example.org")


def mapped(row_name: str, role: Role, aws_account: AwsAccount, olga: Operator, *, may_own: bool = False) -> Group:
    """The group of operators that a group of the directory is mapped to, with a role."""
    group = Group.objects.create(name=f"{row_name} of the console")
    Grant.objects.create(group=group, aws_account=aws_account, role=role)
    scim_groups.map_group(actor=olga, row=ScimGroup.objects.get(display_name=row_name), group=group, may_own=may_own)
    return group


def api_token(operator: Operator) -> ApiToken:
    expires_at = timezone.now() + timedelta(days=1)
    about = {"name": "CI", "prefix": "abc", "digest": "0" * 64, "form_key": "1", "expires_at": expires_at}
    return ApiToken.objects.create(operator=operator, scopes=["see_iam"], **about)
