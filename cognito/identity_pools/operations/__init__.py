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
        CreateIdentityPool(), UpdateIdentityPool(), SetRoles(), SetPrincipalTags(), DeleteIdentityPool()
    )
    operations.register(DeleteIdentities())
