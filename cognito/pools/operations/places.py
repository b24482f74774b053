"""The mirrored user pools that operations look at, and those that the same plan makes."""

from __future__ import annotations

from typing import Any

from cognito.models import UserPool
from cognito.plans import is_protected_from_threats
from cognito.pool_calls import pool_id_of, pool_key, region_of
from cognito.pools.operations.shapes import mfa_following
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
