"""What the mirror holds of Cognito: pools, what belongs to them, their people; and how the console treats a pool."""

from cognito.models.identity_pools import IdentityPool
from cognito.models.logos import Logo
from cognito.models.people import CognitoMembership, CognitoUser
from cognito.models.people_settings import PoolPeopleSettings
from cognito.models.pools import AppClient, CognitoGroup, OfPool, PoolProvider, ResourceServer, UserPool
from cognito.models.searches import SavedSearch

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
