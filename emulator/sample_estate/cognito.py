"""Acme's Cognito: user pools and an identity pool, made through the API; and their people, who were there before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.dated import DatedClient
from emulator.process import Emulator
from emulator.sample_estate.data import identity_pools, user_pools
from emulator.sample_estate.data.documents import REGION
from emulator.sample_estate.data.kinds import Role
from emulator.wellknown import ACCOUNT_ID


def make_cognito(emulator: Emulator, make_role: Callable[[Role], None]) -> None:
    """`make_role` makes a role of IAM with its policies."""
    dated = DatedClient(emulator.client("cognito-idp", region_name=REGION))
    customers, shop_clients = _make_customers(dated)
    partners, portal_clients = _make_partners(dated)
    identities = DatedClient(emulator.client("cognito-identity", region_name=REGION)).at(identity_pools.CREATED)
    pool_id = _make_identity_pool(identities, {customers: shop_clients, partners: portal_clients})
    for role in identity_pools.roles(pool_id):
        make_role(role)
    gold = f"arn:aws:iam::{ACCOUNT_ID}:role/{identity_pools.GOLD}"
    for group in user_pools.PARTNER_GROUPS:
        role_arn = {"RoleArn": gold} if group["GroupName"] == "gold" else {}
        dated.at(user_pools.PARTNERS_CREATED).create_group(UserPoolId=partners, **group, **role_arn)
    emulator.bring_in(customers, list(user_pools.customers()))
    emulator.bring_in(partners, list(user_pools.partners()))
    _put_images(emulator)


def _make_customers(dated: DatedClient) -> tuple[str, list[str]]:
    client = dated.at(user_pools.CUSTOMERS_CREATED)
    pool_id = str(client.create_user_pool(**user_pools.CUSTOMER_POOL)["UserPool"]["Id"])
    client.create_user_pool_domain(UserPoolId=pool_id, Domain="acme-shop")
    for group in user_pools.CUSTOMER_GROUPS:
        client.create_group(UserPoolId=pool_id, **group)
    return pool_id, _make_clients(client, pool_id, user_pools.SHOP_CLIENT, user_pools.APP_CLIENT)


def _make_partners(dated: DatedClient) -> tuple[str, list[str]]:
    client = dated.at(user_pools.PARTNERS_CREATED)
    pool_id = str(client.create_user_pool(**user_pools.PARTNER_POOL)["UserPool"]["Id"])
    client.set_user_pool_mfa_config(UserPoolId=pool_id, **user_pools.PARTNER_MFA)
    client.create_resource_server(UserPoolId=pool_id, **user_pools.ORDERS_SERVER)
    clients = _make_clients(client, pool_id, user_pools.PORTAL_CLIENT, user_pools.SYNC_CLIENT)
    return pool_id, clients[:1]


def _make_clients(client: Any, pool_id: str, *settings: dict[str, Any]) -> list[str]:
    made = [client.create_user_pool_client(UserPoolId=pool_id, **one)["UserPoolClient"] for one in settings]
    return [str(one["ClientId"]) for one in made]


def _make_identity_pool(identities: Any, clients: dict[str, list[str]]) -> str:
    """For the people of these user pools who come by these clients."""
    logins = [(f"cognito-idp.{REGION}.amazonaws.com/{pool_id}", one) for pool_id, ids in clients.items() for one in ids]
    made = identities.create_identity_pool(
        IdentityPoolName=identity_pools.POOL_NAME,
        AllowUnauthenticatedIdentities=True,
        AllowClassicFlow=True,
        CognitoIdentityProviders=[{"ProviderName": name, "ClientId": one} for name, one in logins],
        IdentityPoolTags=identity_pools.TAGS,
    )
    role = f"arn:aws:iam::{ACCOUNT_ID}:role/"
    portal, client_id = logins[-1]
    identities.set_identity_pool_roles(
        IdentityPoolId=made["IdentityPoolId"],
        Roles={"authenticated": role + identity_pools.CUSTOMER, "unauthenticated": role + identity_pools.GUEST},
        RoleMappings={f"{portal}:{client_id}": {"Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole"}},
    )
    return str(made["IdentityPoolId"])


def _put_images(emulator: Emulator) -> None:
    s3 = emulator.client("s3", region_name=REGION)
    s3.create_bucket(Bucket=identity_pools.IMAGES, CreateBucketConfiguration={"LocationConstraint": REGION})
    keys = [f"public/{name}.svg" for name in identity_pools.PICTURES]
    for key in (*keys, identity_pools.DRAFT):
        body = identity_pools.picture(key)
        s3.put_object(Bucket=identity_pools.IMAGES, Key=key, Body=body, ContentType="image/svg+xml")
