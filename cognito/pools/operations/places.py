"""Which pool an operation is about: its ARN says the Region, and where calls go."""

from __future__ import annotations

from typing import Any

from aws_constraints.arn import Arn, name_of, region_in
from cognito.models import UserPool
from cognito.plans import is_protected_from_threats
from cognito.pools.operations.shapes import mfa_following
from objects.operations.rows import object_key
from sync.operations import BadParams, Call, Refusal
from sync.placeholders import is_placeholder, placeholder_for
from sync.plan_draft import Draft

IDP = "cognito-idp"


def check_pool_arn(arn: str) -> None:
    """The pool may be one that an earlier step makes. Raises BadParams."""
    pool_id = pool_id_of(arn)
    stand_in = "new_1" if is_placeholder(pool_id) else pool_id
    if Arn.match(f"{arn.removesuffix(pool_id)}{stand_in}", IDP, "userpool") is None:
        raise BadParams(f"{arn!r} isn't the ARN of a user pool.")


def pool_id_of(arn: str) -> str:
    return name_of(arn)


def region_of(arn: str) -> str:
    return region_in(arn)


def pool_key(arn: str) -> str:
    return object_key(UserPool, arn)


def pool_call(arn: str, operation: str, **parameters: Any) -> Call:
    """A call on the pool, or on what belongs to it: AWS checks rights on the pool."""
    sent = {"UserPoolId": pool_id_of(arn), **parameters}
    return call_on(arn, operation, sent)


def call_on(arn: str, operation: str, parameters: dict[str, Any]) -> Call:
    """… that names the pool in another way. Of a pool that an earlier step makes, nobody knows the id yet."""
    resource = f"{arn.rpartition('/')[0]}/*" if is_placeholder(pool_id_of(arn)) else arn
    return Call(IDP, operation, parameters, (resource,), (f"{IDP}:{operation}",), region_of(arn))


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
        region=region_of(arn),
        domains={},
        mfa_config=mfa_following({"MfaConfiguration": "OFF"}, settings),
        risk=risk,
        settings=settings,
    )
