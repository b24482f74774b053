"""Keeps a row for each principal that a role trusts: the other side of `IamRole.trusted`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from identities.models import IamRole, TrustedPrincipal
from identities.trust import account_of, unique_ids
from sync.mirror import bulk
from sync.mirror.bulk import Columns


def keep_trusted(roles: QuerySet[IamRole]) -> None:
    """Brings their rows in line with what was written of them just now; in the caller's transaction."""
    written = roles.values_list("pk", "arn", "trusted")
    wanted = {_key(row): row for pk, arn, trusted in written for row in _rows(pk, arn, trusted)}
    kept = TrustedPrincipal.objects.filter(role__in=roles.values("pk"))
    found = kept.values_list("pk", "role_id", "type", "value")
    present = {(role, type_, value): pk for pk, role, type_, value in found}
    if ended := [pk for key, pk in present.items() if key not in wanted]:
        TrustedPrincipal.objects.filter(pk__in=ended).delete()
    bulk.insert(TrustedPrincipal, [row for key, row in wanted.items() if key not in present])


def _rows(role: int, arn: str, trusted: Sequence[dict[str, str]]) -> Iterator[Columns]:
    own = account_of(arn)
    for principal in trusted:
        named = account_of(principal["value"]) if principal["type"] == "AWS" else ""
        yield {
            "role_id": role,
            "type": principal["type"][:20],
            "value": principal["value"],
            "outside_account": named if named != own else "",
            "is_unique_id": bool(unique_ids([principal])),
        }


def _key(row: Columns) -> tuple[int, str, str]:
    return row["role_id"], row["type"], row["value"]
