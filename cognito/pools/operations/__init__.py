"""What can be done to user pools and what belongs to them in AWS."""

from typing import Any

from cognito.pools.operations.belonging import (
    Make,
    MakeGroup,
    Remove,
    RemoveClient,
    RemoveProvider,
    make,
    remove,
)
from cognito.pools.operations.cascades import plan_delete_pool
from cognito.pools.operations.clients import (
    AddSecret,
    AwaitSoak,
    CreateClient,
    DeleteSecret,
    add_secret,
    create_client,
    delete_secret,
    rotate_secret,
    secrets_of,
)
from cognito.pools.operations.details import AddAttribute, Tag, Untag, tag, untag
from cognito.pools.operations.domains import CreateDomain, DeleteDomain, UpdateDomain, delete_domain, set_domain
from cognito.pools.operations.groups import RemoveGroup
from cognito.pools.operations.looks import SetLook
from cognito.pools.operations.pools import CreatePool, DeletePool, create_pool
from cognito.pools.operations.replacing import (
    Replace,
    ReplaceClientRisk,
    ReplaceGroup,
    ReplaceMfa,
    ReplacePool,
    ReplaceProvider,
    ReplaceSessions,
    update,
)
from cognito.pools.operations.shapes import (
    CLIENT,
    CLIENT_RISK,
    CLIENT_SESSIONS,
    GROUP,
    MFA,
    POOL,
    PROVIDER,
    RESOURCE_SERVER,
    RISK,
    SESSIONS,
)
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
    CreatePool(),
    ReplacePool(POOL),
    ReplaceMfa(MFA),
    Replace(RISK),
    ReplaceSessions(SESSIONS),
    DeletePool(),
    AddAttribute(),
    Tag(),
    Untag(),
    CreateDomain(),
    UpdateDomain(),
    DeleteDomain(),
    SetLook(),
    CreateClient(),
    Replace(CLIENT),
    RemoveClient(CLIENT),
    Replace(CLIENT_SESSIONS),
    ReplaceClientRisk(CLIENT_RISK),
    AddSecret(),
    AwaitSoak(),
    DeleteSecret(),
    MakeGroup(GROUP),
    ReplaceGroup(GROUP),
    RemoveGroup(GROUP),
    Make(PROVIDER),
    ReplaceProvider(PROVIDER),
    RemoveProvider(PROVIDER),
    Make(RESOURCE_SERVER),
    Replace(RESOURCE_SERVER),
    Remove(RESOURCE_SERVER),
)
KINDS = frozenset(each.kind for each in _OPERATIONS)


def register() -> None:
    operations.register(*_OPERATIONS)
