"""Calls on user pools, which are known by their ARN: it says the Region, and so where calls go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aws_constraints.arn import Arn, region_in
from cognito.models import UserPool
from cognito.permissions import IDP, pool_id_of
from objects.operations.rows import object_key
from sync.operations import BadParams, Call
from sync.placeholders import is_placeholder


def check_pool_arn(arn: str) -> None:
    """The pool may be one that an earlier step makes. Raises BadParams."""
    pool_id = pool_id_of(arn)
    stand_in = "new_1" if is_placeholder(pool_id) else pool_id
    if Arn.match(f"{arn.removesuffix(pool_id)}{stand_in}", IDP, "userpool") is None:
        raise BadParams(f"{arn!r} isn't the ARN of a user pool.")


@dataclass(frozen=True)
class PoolParams:
    """Of an operation on a user pool, or on what belongs to one."""

    pool_arn: str

    def __post_init__(self) -> None:
        check_pool_arn(self.pool_arn)

    @property
    def arn(self) -> str:
        return self.pool_arn

    @property
    def pool_id(self) -> str:
        return pool_id_of(self.pool_arn)

    @property
    def region(self) -> str:
        return region_in(self.pool_arn)


def pool_key(arn: str) -> str:
    return object_key(UserPool, arn)


def pool_call(arn: str, operation: str, **parameters: Any) -> Call:
    """A call on the pool, or on what belongs to it: AWS checks rights on the pool."""
    sent = {"UserPoolId": pool_id_of(arn), **parameters}
    return call_on(arn, operation, sent)


def call_on(arn: str, operation: str, parameters: dict[str, Any]) -> Call:
    """… that names the pool in another way. Of a pool that an earlier step makes, nobody knows the id yet."""
    resource = f"{arn.rpartition('/')[0]}/*" if is_placeholder(pool_id_of(arn)) else arn
    return Call(IDP, operation, parameters, (resource,), (f"{IDP}:{operation}",), region_in(arn))
