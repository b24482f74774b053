"""What belongs to a user pool (app clients, groups, identity providers …), as operations find it in the mirror."""

from __future__ import annotations

from typing import Any

from accounts.models import AwsAccount
from cognito.models import OfPool
from cognito.pool_calls import pool_id_of, region_of
from cognito.pools.operations.places import pool_row
from cognito.pools.operations.shapes import Shape
from sync.object_ref import ObjectRef
from sync.operations import Refusal
from sync.plan_draft import Draft


def child_key(of: Shape, pool_arn: str, name: str) -> str:
    """As leases and drafts know what belongs to a pool: its own ARN is the pool's."""
    return f"{of.model.kind}:{pool_arn} {name}"


def child_row(of: Shape, draft: Draft, pool_arn: str, name: str) -> Any:
    """The row of the thing in the pool, or of the pool. Raises Refusal."""
    pool = pool_row(draft, pool_arn)
    if not name:
        return pool
    key = child_key(of, pool_arn, name)
    if draft.is_deleted(key):
        raise Refusal(f"An earlier step deletes the {of.title} {name}.")
    if key not in draft.remembered:
        draft.remembered[key] = rows_of(of, draft.aws_account, pool_arn, name).select_related("pool").first()
    if (row := draft.remembered[key]) is None:
        raise Refusal(f"The mirror of {pool.name} has no {of.title} {name}: pull, then try again.")
    return row


def rows_of(of: Shape, aws_account: AwsAccount, pool_arn: str, name: str) -> Any:
    """Those of that name which are there, the newest first."""
    by = "aws_id" if of.asked_by == "ClientId" else "name"
    live = of.model._default_manager.filter(gone_at__isnull=True)
    return live.filter(**{"aws_account": aws_account, "arn": pool_arn, by: name}).order_by("-pk")


def child_ref(of: Shape, aws_account: AwsAccount, pool_arn: str, name: str) -> ObjectRef:
    if issubclass(of.model, OfPool):
        row = rows_of(of, aws_account, pool_arn, name).first()
        object_id = row.aws_id if row else name if of.asked_by == "ClientId" else ""
    else:
        object_id = pool_id_of(pool_arn)
    return ObjectRef(of.model.kind, object_id, name, pool_arn, region_of(pool_arn), of.facet)
