"""App clients: set as a whole, with secrets in pairs, and OAuth settings that fit together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.conftest import Refused

CODE = {
    "AllowedOAuthFlowsUserPoolClient": True,
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthScopes": ["openid"],
    "CallbackURLs": ["https://shop.acme.example/signed-in"],
    "SupportedIdentityProviders": ["COGNITO"],
}


@pytest.fixture
def pool(cognito: Any) -> str:
    return str(cognito.create_user_pool(PoolName="customers")["UserPool"]["Id"])


def make(cognito: Any, pool: str, **settings: Any) -> dict[str, str]:
    made = cognito.create_user_pool_client(UserPoolId=pool, ClientName="shop", **settings)["UserPoolClient"]
    return {"UserPoolId": pool, "ClientId": made["ClientId"]}


def test_what_an_update_leaves_out_is_reset(cognito: Any, pool: str) -> None:
    client = make(cognito, pool, GenerateSecret=True, RefreshTokenValidity=365, EnableTokenRevocation=False, **CODE)
    secret = cognito.describe_user_pool_client(**client)["UserPoolClient"]["ClientSecret"]

    cognito.update_user_pool_client(**client, PreventUserExistenceErrors="ENABLED")

    after = cognito.describe_user_pool_client(**client)["UserPoolClient"]
    assert (after["RefreshTokenValidity"], after["EnableTokenRevocation"]) == (30, True)
    assert not {"CallbackURLs", "AllowedOAuthFlows", "SupportedIdentityProviders"} & set(after)
    assert (after["ClientName"], after["ClientSecret"]) == ("shop", secret)


def test_the_list_tells_no_secret(cognito: Any, pool: str) -> None:
    make(cognito, pool, GenerateSecret=True)

    (described,) = cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=60)["UserPoolClients"]

    assert set(described) == {"ClientId", "ClientName", "UserPoolId"}


def test_secrets_are_changed_in_stages(cognito: Any, pool: str, refused: Refused) -> None:
    client = make(cognito, pool, GenerateSecret=True)
    (old,) = cognito.list_user_pool_client_secrets(**client)["ClientSecrets"]
    refused(
        "InvalidParameterException",
        cognito.delete_user_pool_client_secret,
        **client,
        ClientSecretId=old["ClientSecretId"],
    )

    new = cognito.add_user_pool_client_secret(**client)["ClientSecretDescriptor"]
    refused("LimitExceededException", cognito.add_user_pool_client_secret, **client)
    cognito.delete_user_pool_client_secret(**client, ClientSecretId=old["ClientSecretId"])

    (left,) = cognito.list_user_pool_client_secrets(**client)["ClientSecrets"]
    assert left["ClientSecretId"] == new["ClientSecretId"]
    assert "ClientSecretValue" not in left
    assert cognito.describe_user_pool_client(**client)["UserPoolClient"]["ClientSecret"] == new["ClientSecretValue"]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (CODE | {"CallbackURLs": ["http://shop.acme.example/"]}, "InvalidParameterException"),
        (CODE | {"CallbackURLs": []}, "InvalidOAuthFlowException"),
        (CODE | {"AllowedOAuthScopes": []}, "InvalidOAuthFlowException"),
        (CODE | {"AllowedOAuthFlows": ["code", "client_credentials"]}, "InvalidOAuthFlowException"),
        (CODE | {"AllowedOAuthFlows": ["client_credentials"]}, "InvalidOAuthFlowException"),
        (CODE | {"AllowedOAuthScopes": ["orders/read"]}, "ScopeDoesNotExistException"),
        (CODE | {"SupportedIdentityProviders": ["Google"]}, "InvalidParameterException"),
        ({"AccessTokenValidity": 25}, "InvalidParameterException"),
        ({"RefreshTokenValidity": 30, "TokenValidityUnits": {"RefreshToken": "minutes"}}, "InvalidParameterException"),
        ({"ReadAttributes": ["custom:nothing"]}, "InvalidParameterException"),
        ({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"]}, "InvalidParameterException"),
        ({"AuthSessionValidity": 16}, "InvalidParameterException"),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    cognito: Any, pool: str, refused: Refused, settings: dict[str, Any], code: str
) -> None:
    refused(code, cognito.create_user_pool_client, UserPoolId=pool, ClientName="shop", **settings)


def test_a_scope_of_a_resource_server_may_be_allowed(cognito: Any, pool: str) -> None:
    scopes = [{"ScopeName": "read", "ScopeDescription": "Read orders"}]
    cognito.create_resource_server(UserPoolId=pool, Identifier="orders", Name="Orders", Scopes=scopes)
    make(cognito, pool, **CODE | {"AllowedOAuthScopes": ["orders/read"]})

    cognito.update_resource_server(UserPoolId=pool, Identifier="orders", Name="Orders")

    assert cognito.describe_resource_server(UserPoolId=pool, Identifier="orders")["ResourceServer"]["Scopes"] == []


def test_a_providers_maps_are_replaced(cognito: Any, pool: str, refused: Refused) -> None:
    named = {"UserPoolId": pool, "ProviderName": "Corporate"}
    cognito.create_identity_provider(
        **named,
        ProviderType="OIDC",
        ProviderDetails={"client_id": "a", "client_secret": "s", "oidc_issuer": "https://id.acme.example"},
        AttributeMapping={"email": "email"},
    )
    refused(
        "DuplicateProviderException",
        cognito.create_identity_provider,
        **named,
        ProviderType="OIDC",
        ProviderDetails={"client_id": "a"},
    )

    cognito.update_identity_provider(**named, ProviderDetails={"client_id": "b"})

    provider = cognito.describe_identity_provider(**named)["IdentityProvider"]
    assert provider["ProviderDetails"] == {"client_id": "b"}
    assert provider["AttributeMapping"] == {"username": "sub"}
