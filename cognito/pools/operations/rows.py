"""The mirrored user pools, and what belongs to them, that operations look at; and pools that the same plan makes."""

from __future__ import annotations

from typing import Any

from accounts.models import AwsAccount
from cognito.models import OfPool, UserPool
from cognito.plans import is_protected_from_threats
from cognito.pool_calls import pool_id_of, pool_key, region_of
from cognito.pools.operations.shapes import Shape, mfa_following
from sync.object_ref import ObjectRef
from sync.operations import Refusal
from sync.placeholders import is_placeholder, placeholder_for
from sync.plan_draft import Draft


def pool_row(draft: Draft, arn: str) -> UserPool:
    """Looked up once for all steps of a plan; of one that an earlier step makes, a row that isn't saved.

    Raises Refusal.
    """
    if draft.is_deleted(pool_key(arn)):
        raise Refusal("An earlier step deletes the user pool.")
    pool_id = pool_id_of(arn)
    if is_placeholder(pool_id):
        return _new_pool(draft, arn)
    if (key := (UserPool, arn)) not in draft.remembered:
        rows = UserPool.objects.live().filter(aws_account=draft.aws_account, arn=arn)
        draft.remembered[key] = rows.order_by("-pk").first()
    row = draft.remembered[key]
    if not isinstance(row, UserPool):
        words = f"The mirror of {draft.aws_account} has no user pool {pool_id}: pull, then try again."
        raise Refusal(words)
    return row


def _new_pool(draft: Draft, arn: str) -> UserPool:
    """One that an earlier step makes, as AWS describes it then; not saved. AWS turns MFA on by a call of its own."""
    pool_id = pool_id_of(arn)
    made = [step.params.settings for step in draft.steps if placeholder_for(step.position) == pool_id]
    settings = made[0] if made else {}
    risk: dict[str, Any] | None = {} if is_protected_from_threats(settings) else None
    return UserPool(
        pk=0,
        aws_account=draft.aws_account,
        aws_id=pool_id,
        arn=arn,
        name="the new pool",
        tags=settings.get("UserPoolTags", {}),
        region=region_of(arn),
        domains={},
        mfa_config=mfa_following({"MfaConfiguration": "OFF"}, settings),
        risk=risk,
        settings=settings,
    )


# ---------------------------------------------------------------------------------------------------------------------
# What belongs to a user pool (app clients, groups, identity providers …), as operations find it in the mirror.
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
