"""The roles of Identity Center in connected AWS accounts."""

from __future__ import annotations

from collections.abc import Collection

from directory.reserved_roles import RESERVED
from identities.models import IamRole


def reserved_roles(account_ids: Collection[str]) -> list[IamRole]:
    """Those of Identity Center in connected AWS accounts, by whose mirror has them."""
    rows = IamRole.objects.live().filter(aws_account__account_id__in=account_ids, path__startswith=RESERVED)
    return list(rows.select_related("aws_account"))
