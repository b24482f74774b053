"""What can be done to identity pools in AWS."""

from cognito.identity_pools.operations.identities import DeleteIdentities, delete_identities
from cognito.identity_pools.operations.pools import (
    CreateIdentityPool,
    DeleteIdentityPool,
    UpdateIdentityPool,
    create_pool,
    delete_pool,
    with_settings,
)
from cognito.identity_pools.operations.roles import SetPrincipalTags, SetRoles, set_principal_tags, set_roles
from cognito.kinds import IDENTITY_POOL
from sync import operations

__all__ = [
    "create_pool",
    "delete_identities",
    "delete_pool",
    "register",
    "set_principal_tags",
    "set_roles",
    "with_settings",
]


def register() -> None:
    operations.register(
        CreateIdentityPool(),
        UpdateIdentityPool(IDENTITY_POOL),
        SetRoles(IDENTITY_POOL),
        SetPrincipalTags(IDENTITY_POOL),
        DeleteIdentityPool(IDENTITY_POOL),
        DeleteIdentities(IDENTITY_POOL),
    )
