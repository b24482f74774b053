"""A user pool with something of everything, and an identity pool, at the emulator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from emulator.process import REGION, Emulator
from sync.models import Run
from tests.services.pulling import pulled_in_order
from tests.services.remembered import remembered

ROLE = "arn:aws:iam::123456789012:role/shop-customer"
POOL_SOURCES = (
    "cognito.pools",
    "cognito.mfa",
    "cognito.risk",
    "cognito.sessions",
    "cognito.domains",
    "cognito.logs",
    "cognito.clients",
    "cognito.client_risk",
    "cognito.client_sessions",
    "cognito.groups",
    "cognito.providers",
    "cognito.resource_servers",
    "cognito.identity_pools",
    "cognito.identity_roles",
    "cognito.principal_tags",
)
CLIENT_SECRET = "google-client-secret-7"


@dataclass(frozen=True)
class Seeded:
    idp: Any
    identity: Any
    pool_id: str
    client_id: str
    identity_pool_id: str


def seed(emulator: Emulator) -> Seeded:
    idp, identity = emulator.client("cognito-idp"), emulator.client("cognito-identity")
    pool = idp.create_user_pool(
        PoolName="customers",
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        Schema=[{"Name": "plan", "AttributeDataType": "String", "Mutable": True}],
        UserPoolTags={"team": "shop"},
        DeletionProtection="ACTIVE",
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": False},
    )["UserPool"]
    pool_id = pool["Id"]
    client = idp.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="web",
        GenerateSecret=True,
        CallbackURLs=["https://shop.example.org/b", "https://shop.example.org/a"],
    )["UserPoolClient"]
    idp.create_group(UserPoolId=pool_id, GroupName="vip", RoleArn=ROLE, Precedence=5, Description="Best customers")
    idp.create_identity_provider(
        UserPoolId=pool_id,
        ProviderName="Google",
        ProviderType="Google",
        ProviderDetails={"client_id": "shop", "client_secret": CLIENT_SECRET, "authorize_scopes": "email"},
        AttributeMapping={"email": "email"},
    )
    idp.create_resource_server(
        UserPoolId=pool_id,
        Identifier="https://api.example.org",
        Name="Orders",
        Scopes=[{"ScopeName": "read", "ScopeDescription": "Read orders"}],
    )
    idp.create_user_pool_domain(Domain="shop-customers", UserPoolId=pool_id)
    provider = {"ProviderName": f"cognito-idp.{REGION}.amazonaws.com/{pool_id}", "ClientId": client["ClientId"]}
    guests = identity.create_identity_pool(
        IdentityPoolName="shop", AllowUnauthenticatedIdentities=True, CognitoIdentityProviders=[provider]
    )
    return Seeded(idp, identity, pool_id, client["ClientId"], guests["IdentityPoolId"])


def seeded_and_pulled(emulator: Emulator, aws_account: AwsAccount) -> Seeded:
    """What `seed` makes, and all of it in the mirror."""

    def arrange() -> tuple[str, str, str]:
        made = seed(emulator)
        pull_pools(aws_account)
        return made.pool_id, made.client_id, made.identity_pool_id

    made = remembered("pools", emulator, aws_account, arrange)
    return Seeded(emulator.client("cognito-idp"), emulator.client("cognito-identity"), *made)


def pull_pools(aws_account: AwsAccount) -> dict[str, Run]:
    return pulled_in_order(aws_account, POOL_SOURCES)
