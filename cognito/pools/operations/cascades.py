"""What has to go before: a pool that is protected, or has a domain, isn't deleted by AWS."""

from __future__ import annotations

from cognito.models import UserPool
from cognito.pools.operations.domains import delete_domain
from cognito.pools.operations.pools import delete_pool
from cognito.pools.operations.replacing import update
from cognito.pools.operations.shapes import POOL
from sync.operations import StepSpec


def plan_delete_pool(pool: UserPool) -> list[StepSpec]:
    steps = []
    if pool.deletion_protection:
        steps.append(update(POOL, pool.arn, pool.name, {"DeletionProtection": "INACTIVE"}))
    domains = [each for each in (pool.domain, pool.custom_domain) if each]
    steps += [delete_domain(pool.arn, pool.name, each) for each in domains]
    return [*steps, *delete_pool(pool.arn, pool.name)]
