"""Questions about identity pools."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.models import AwsAccount
from cognito.models import IdentityPool


def identity_pools(aws_account: AwsAccount) -> QuerySet[Any]:
    return IdentityPool.objects.filter(aws_account=aws_account)


def pools_naming(aws_account: AwsAccount, role_arn: str) -> list[IdentityPool]:
    """Those that give the role themselves."""
    pools = identity_pools(aws_account).filter(gone_at=None).order_by("aws_id")
    return [pool for pool in pools if role_arn in _named(pool)]


def _named(pool: IdentityPool) -> set[str]:
    mappings = (pool.role_mappings or {}).values()
    rules = [rule for each in mappings for rule in each.get("RulesConfiguration", {}).get("Rules", ())]
    return {*(pool.roles or {}).values(), *(rule["RoleARN"] for rule in rules)}
