"""What can be done to user pools and what belongs to them in AWS."""

from typing import Any

from cognito.kinds import POOL as POOL_KIND
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
from cognito.pools.operations.cascades import plan_delete_pool
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
from cognito.pools.operations.details import AddAttribute, TagPool, UntagPool, tag, untag
from cognito.pools.operations.domains import CreateDomain, DeleteDomain, UpdateDomain, delete_domain, set_domain
from cognito.pools.operations.pools import CreateUserPool, DeleteUserPool, create_pool
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
from cognito.pools.operations.ui_customization import SetUiCustomization
from sync import operations
from sync.operations import Operation

__all__ = [
    "KINDS",
    "AddAttribute",
    "CreateDomain",
    "UpdateDomain",
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
    DeleteUserPool(),
    AddAttribute(),
    TagPool(POOL_KIND),
    UntagPool(POOL_KIND),
    CreateDomain(),
    UpdateDomain(),
    DeleteDomain(),
    SetUiCustomization(),
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
