"""What can be done to user pools and what belongs to them in AWS."""

from typing import Any

from cognito.kinds import POOL as POOL_KIND
from cognito.models import UserPool
from cognito.pools.operations.belonging import (
    CreateCognitoGroup,
    CreatePoolObject,
    DeleteClient,
    DeleteCognitoGroup,
    DeletePoolObject,
    DeletePoolProvider,
    make,
    remove,
)
from cognito.pools.operations.clients import (
    AddSecret,
    AwaitSecretSoak,
    CreateClient,
    DeleteSecret,
    add_secret,
    create_client,
    delete_secret,
    rotate_secret,
    secrets_of,
)
from cognito.pools.operations.domains import (
    CREATE_DOMAIN,
    DOMAIN,
    UPDATE_DOMAIN,
    CreateDomain,
    DeleteDomain,
    UpdateDomain,
    delete_domain,
    set_domain,
)
from cognito.pools.operations.pools import (
    ADD_ATTRIBUTE,
    AddAttribute,
    CreateUserPool,
    DeleteUserPool,
    TagPool,
    UntagPool,
    create_pool,
    delete_pool,
    tag,
    untag,
)
from cognito.pools.operations.replacing import (
    ReplaceClientRisk,
    ReplaceGroup,
    ReplaceLogDelivery,
    ReplaceMfa,
    ReplacePool,
    ReplaceProvider,
    ReplaceSessions,
    ReplaceSettings,
    update,
)
from cognito.pools.operations.shapes import (
    CLIENT,
    CLIENT_RISK,
    CLIENT_SESSIONS,
    GROUP,
    LOGS,
    MFA,
    POOL,
    PROVIDER,
    RESOURCE_SERVER,
    RISK,
    SESSIONS,
)
from cognito.pools.operations.ui_customization import UI, SetUiCustomization
from sync import operations
from sync.operations import Operation, StepSpec

__all__ = [
    "ADD_ATTRIBUTE",
    "CREATE_DOMAIN",
    "KINDS",
    "UPDATE_DOMAIN",
    "add_secret",
    "create_client",
    "create_pool",
    "delete_domain",
    "delete_secret",
    "make",
    "plan_delete_pool",
    "register",
    "remove",
    "rotate_secret",
    "secrets_of",
    "set_domain",
    "tag",
    "untag",
    "update",
]


_OPERATIONS: tuple[Operation[Any], ...] = (
    CreateUserPool(),
    ReplacePool(POOL),
    ReplaceMfa(MFA),
    ReplaceSettings(RISK),
    ReplaceSessions(SESSIONS),
    ReplaceLogDelivery(LOGS),
    DeleteUserPool(POOL_KIND),
    AddAttribute(POOL_KIND),
    TagPool(POOL_KIND),
    UntagPool(POOL_KIND),
    CreateDomain(DOMAIN),
    UpdateDomain(DOMAIN),
    DeleteDomain(DOMAIN),
    SetUiCustomization(UI),
    CreateClient(),
    ReplaceSettings(CLIENT),
    DeleteClient(CLIENT),
    ReplaceSettings(CLIENT_SESSIONS),
    ReplaceClientRisk(CLIENT_RISK),
    AddSecret(),
    AwaitSecretSoak(),
    DeleteSecret(),
    CreateCognitoGroup(GROUP),
    ReplaceGroup(GROUP),
    DeleteCognitoGroup(GROUP),
    CreatePoolObject(PROVIDER),
    ReplaceProvider(PROVIDER),
    DeletePoolProvider(PROVIDER),
    CreatePoolObject(RESOURCE_SERVER),
    ReplaceSettings(RESOURCE_SERVER),
    DeletePoolObject(RESOURCE_SERVER),
)
KINDS = frozenset(each.kind for each in _OPERATIONS)


def register() -> None:
    operations.register(*_OPERATIONS)


def plan_delete_pool(pool: UserPool) -> list[StepSpec]:
    """With what has to go before: a pool that is protected, or has a domain, isn't deleted by AWS."""
    steps = []
    if pool.deletion_protection:
        steps.append(update(POOL, pool.arn, pool.name, {"DeletionProtection": "INACTIVE"}))
    domains = [each for each in (pool.domain, pool.custom_domain) if each]
    steps += [delete_domain(pool.arn, pool.name, each) for each in domains]
    return [*steps, *delete_pool(pool.arn, pool.name)]
