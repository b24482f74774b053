"""What the mirror holds of Cognito: pools, what belongs to them, their people; and how the console treats a pool."""

from cognito.models.people import CognitoMembership, CognitoUser, PoolPeopleSettings, SavedSearch
from cognito.models.pools import (
    AppClient,
    CognitoGroup,
    IdentityPool,
    Logo,
    OfPool,
    PoolProvider,
    ResourceServer,
    UserPool,
)

__all__ = [
    "AppClient",
    "CognitoGroup",
    "CognitoMembership",
    "CognitoUser",
    "IdentityPool",
    "Logo",
    "OfPool",
    "PoolPeopleSettings",
    "PoolProvider",
    "ResourceServer",
    "SavedSearch",
    "UserPool",
]
