"""What can be done to identity pools in AWS."""

from cognito.identity_pools.operations.existence import CreateIdentityPool, DeleteIdentityPool, create_pool, delete_pool
from cognito.identity_pools.operations.identities import DeleteIdentities, delete_identities
from cognito.identity_pools.operations.principal_tags import SetPrincipalTags, set_principal_tags
from cognito.identity_pools.operations.roles import SetRoles, set_roles
from cognito.identity_pools.operations.settings import UpdateIdentityPool, with_settings
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
