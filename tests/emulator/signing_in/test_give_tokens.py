"""Tokens of the emulator, and the sessions that they are of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError

import jwt
import pytest
from botocore.exceptions import ClientError

from emulator.cognito_idp.sign_in import secret_hash
from emulator.dated import DatedClient
from emulator.process import Emulator
from tests.emulator.conftest import Refused
from tests.emulator.signing_in.app import ADA, PASSWORD, REGION, SignIn, checked, keys_of, make_client


def test_tokens_can_be_checked_by_the_published_keys(
    emulator: Emulator, pools: Any, pool: str, client_id: str, ada: dict[str, str], sign_in: SignIn
) -> None:
    role = "arn:aws:iam::123456789012:role/gold"
    pools.create_group(UserPoolId=pool, GroupName="silver", Precedence=5, RoleArn=role + "-silver")
    pools.create_group(UserPoolId=pool, GroupName="gold", Precedence=1, RoleArn=role)
    for name in ("silver", "gold"):
        pools.admin_add_user_to_group(**ada, GroupName=name)

    tokens = sign_in()["AuthenticationResult"]

    identity = checked(emulator, pool, tokens["IdToken"], audience=client_id)
    access = checked(emulator, pool, tokens["AccessToken"])
    assert (identity["token_use"], access["token_use"]) == ("id", "access")
    assert (identity["email"], identity["email_verified"], access["client_id"]) == (ADA, True, client_id)
    assert identity["sub"] == identity["cognito:username"] == access["username"]
    assert identity["cognito:groups"] == ["gold", "silver"]
    assert (identity["cognito:preferred_role"], len(identity["cognito:roles"])) == (role, 2)
    assert identity["exp"] - identity["iat"] == 3600


def test_a_token_that_was_tampered_with_fails(
    emulator: Emulator, app: Any, pool: str, ada: dict[str, str], sign_in: SignIn, refused: Refused
) -> None:
    head, body, signature = sign_in()["AuthenticationResult"]["AccessToken"].split(".")
    forged = ".".join([head, body[:-4] + ("AAAA" if body[-4:] != "AAAA" else "BBBB"), signature])

    with pytest.raises(jwt.PyJWTError):
        checked(emulator, pool, forged)
    refused("NotAuthorizedException", app.get_user, AccessToken=forged)


def test_each_pool_has_keys_of_its_own(emulator: Emulator, pools: Any, pool: str) -> None:
    other = pools.create_user_pool(PoolName="partners")["UserPool"]["Id"]

    assert keys_of(emulator, pool)["keys"][0]["n"] != keys_of(emulator, other)["keys"][0]["n"]
    with pytest.raises(HTTPError, match="404"):
        keys_of(emulator, f"{REGION}_nowhere12")


def test_the_client_decides_how_long_tokens_last(
    emulator: Emulator, pools: Any, pool: str, app: Any, ada: dict[str, str], refused: Refused
) -> None:
    short = make_client(pools, pool, AccessTokenValidity=5, TokenValidityUnits={"AccessToken": "minutes"})
    params = {"USERNAME": ADA, "PASSWORD": PASSWORD}
    result = app.initiate_auth(ClientId=short, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=params)
    token = result["AuthenticationResult"]["AccessToken"]
    late = DatedClient(emulator.own_client("cognito-idp")).at((datetime.now(UTC) + timedelta(minutes=6)).isoformat())

    assert result["AuthenticationResult"]["ExpiresIn"] == 300
    assert app.get_user(AccessToken=token)["Username"]
    assert refused("NotAuthorizedException", late.get_user, AccessToken=token) == "Access Token has expired"


def test_whoever_is_signed_out_or_disabled_stays_so(
    app: Any, pools: Any, client_id: str, ada: dict[str, str], sign_in: SignIn, refused: Refused
) -> None:
    tokens = sign_in()["AuthenticationResult"]
    again = {"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": tokens["RefreshToken"]}}
    assert "IdToken" in app.initiate_auth(ClientId=client_id, **again)["AuthenticationResult"]

    pools.admin_user_global_sign_out(**ada)

    assert "revoked" in refused("NotAuthorizedException", app.initiate_auth, ClientId=client_id, **again)
    assert "revoked" in refused("NotAuthorizedException", app.get_user, AccessToken=tokens["AccessToken"])
    pools.admin_disable_user(**ada)
    with pytest.raises(ClientError, match="User is disabled"):
        sign_in()


def test_a_client_with_a_secret_proves_itself_at_each_refresh(
    pools: Any, pool: str, app: Any, ada: dict[str, str], refused: Refused
) -> None:
    client = make_client(pools, pool, GenerateSecret=True)
    secret = pools.describe_user_pool_client(UserPoolId=pool, ClientId=client)["UserPoolClient"]["ClientSecret"]
    name = pools.admin_get_user(**ada)["Username"]
    params = {"USERNAME": ADA, "PASSWORD": PASSWORD, "SECRET_HASH": secret_hash(secret, client, ADA)}
    begun = app.initiate_auth(ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=params)
    token = begun["AuthenticationResult"]["RefreshToken"]
    again = {"ClientId": client, "AuthFlow": "REFRESH_TOKEN_AUTH"}
    for said in ({}, {"SECRET_HASH": secret_hash("another", client, name)}):
        described = refused(
            "NotAuthorizedException", app.initiate_auth, **again, AuthParameters={"REFRESH_TOKEN": token, **said}
        )
        assert "secret" in described.lower()
    proof = {"REFRESH_TOKEN": token, "SECRET_HASH": secret_hash(secret, client, name)}
    assert "IdToken" in app.initiate_auth(**again, AuthParameters=proof)["AuthenticationResult"]
    refused("NotAuthorizedException", app.get_tokens_from_refresh_token, ClientId=client, RefreshToken=token)
    described = app.get_tokens_from_refresh_token(ClientId=client, RefreshToken=token, ClientSecret=secret)
    assert "IdToken" in described["AuthenticationResult"]


def test_a_local_user_who_is_deactivated_signs_in_by_no_password(
    pools: Any, pool: str, ada: dict[str, str], sign_in: SignIn
) -> None:
    own = {"ProviderName": "Cognito", "ProviderAttributeName": "Cognito_Subject"}
    name = pools.admin_get_user(**ada)["Username"]
    pools.admin_disable_provider_for_user(UserPoolId=pool, User={**own, "ProviderAttributeValue": name})
    with pytest.raises(ClientError, match="Incorrect username or password"):
        sign_in()


def test_sessions_can_be_listed_and_ended_where_they_are_tracked(
    pools: Any, pool: str, ada: dict[str, str], sign_in: SignIn, refused: Refused
) -> None:
    sign_in()
    sign_in()
    refused("OperationNotEnabledException", pools.admin_list_user_sessions, **ada)
    pools.set_user_pool_session_configuration(
        UserPoolId=pool, UserSessionTracking="ENABLED", TokenSession={"MaxPerUser": 10}
    )
    one, other = pools.admin_list_user_sessions(**ada)["Sessions"]

    pools.admin_revoke_user_session(**ada, SessionId=one["SessionId"], RevokeAssociatedSessions="NONE")

    assert [left["SessionId"] for left in pools.admin_list_user_sessions(**ada)["Sessions"]] == [other["SessionId"]]


def test_who_has_as_many_sessions_as_are_allowed_loses_the_one_used_longest_ago(
    pools: Any, pool: str, ada: dict[str, str], sign_in: SignIn, refused: Refused
) -> None:
    usual = pools.get_user_pool_session_configuration(UserPoolId=pool)
    assert (usual["UserSessionTracking"], usual["TokenSession"]) == ("DISABLED", {"MaxPerUser": 20})
    tracked = {"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 1}}
    pools.set_user_pool_session_configuration(UserPoolId=pool, **tracked)
    sign_in()
    [first] = pools.admin_list_user_sessions(**ada)["Sessions"]
    sign_in()
    [second] = pools.admin_list_user_sessions(**ada)["Sessions"]
    assert first["SessionId"] != second["SessionId"]

    pools.update_user_pool(UserPoolId=pool, UserPoolTier="LITE")
    refused("FeatureUnavailableInTierException", pools.set_user_pool_session_configuration, UserPoolId=pool, **tracked)
    refused("OperationNotEnabledException", pools.admin_list_user_sessions, **ada)
