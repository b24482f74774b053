"""Sign-up and sign-in against the emulator, as an app does it: challenges, tokens, codes out of the outbox."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import boto3
import jwt
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from iamconsole.demo.cognito_idp.sign_in import secret_hash
from iamconsole.demo.cognito_idp.totp import code_at
from iamconsole.demo.dated import DatedClient
from iamconsole.demo.process import Emulator
from tests.demo.conftest import Refused

PASSWORD, ANOTHER = "Correct-Horse-7", "Battery-Staple-8"
ADA = "ada@acme.example"
TOTP = {"SoftwareTokenMfaConfiguration": {"Enabled": True}}
REGION = "eu-west-1"


@pytest.fixture
def pools(emulator: Emulator) -> Any:
    return emulator.client("cognito-idp", region_name=REGION)


@pytest.fixture
def pool(pools: Any) -> str:
    made = pools.create_user_pool(PoolName="customers", UsernameAttributes=["email"], AutoVerifiedAttributes=["email"])
    return str(made["UserPool"]["Id"])


@pytest.fixture
def app(emulator: Emulator) -> Any:
    """What an app has: no credentials, and here not even the pool's Region."""
    return boto3.client(
        "cognito-idp", endpoint_url=emulator.url, region_name="us-east-1", config=Config(signature_version=UNSIGNED)
    )


@pytest.fixture
def client_id(pools: Any, pool: str) -> str:
    return make_client(pools, pool)


def make_client(pools: Any, pool: str, **settings: Any) -> str:
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    settings = {"ClientName": "shop", "ExplicitAuthFlows": flows} | settings
    return str(pools.create_user_pool_client(UserPoolId=pool, **settings)["UserPoolClient"]["ClientId"])


@pytest.fixture
def ada(emulator: Emulator, pool: str) -> dict[str, str]:
    emulator.bring_in(pool, [{"attributes": {"email": ADA, "email_verified": "true"}, "password": PASSWORD}])
    return {"UserPoolId": pool, "Username": ADA}


SignIn = Callable[..., dict[str, Any]]


@pytest.fixture
def sign_in(app: Any, client_id: str) -> SignIn:
    def begin(username: str = ADA, password: str = PASSWORD, **more: str) -> dict[str, Any]:
        params = {"USERNAME": username, "PASSWORD": password} | more
        answer: dict[str, Any] = app.initiate_auth(
            ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=params
        )
        return answer

    return begin


def keys_of(emulator: Emulator, pool: str) -> dict[str, Any]:
    with urlopen(f"{emulator.url}/{pool}/.well-known/jwks.json", timeout=5) as answer:
        found: dict[str, Any] = json.loads(answer.read())
        return found


def checked(emulator: Emulator, pool: str, token: str, **expected: Any) -> dict[str, Any]:
    """The claims of a token that any JWT library accepts by the pool's published keys."""
    keys = {key["kid"]: jwt.PyJWK(key) for key in keys_of(emulator, pool)["keys"]}
    key = keys[jwt.get_unverified_header(token)["kid"]]
    issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{pool}"
    claims: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], issuer=issuer, **expected)
    return claims


def test_somebody_signs_up_with_the_code_that_was_sent(
    emulator: Emulator, app: Any, pools: Any, pool: str, client_id: str, sign_in: SignIn
) -> None:
    new = {"ClientId": client_id, "Username": ADA}
    made = app.sign_up(**new, Password=PASSWORD)
    assert made["CodeDeliveryDetails"] == {
        "Destination": "a***@a***",
        "DeliveryMedium": "EMAIL",
        "AttributeName": "email",
    }
    with pytest.raises(app.exceptions.UserNotConfirmedException):
        sign_in()

    app.resend_confirmation_code(**new)
    _, second = emulator.messages()
    with pytest.raises(app.exceptions.CodeMismatchException):
        app.confirm_sign_up(**new, ConfirmationCode="x" + second["secret"])
    app.confirm_sign_up(**new, ConfirmationCode=second["secret"])

    assert sign_in()["AuthenticationResult"]["TokenType"] == "Bearer"
    user = pools.admin_get_user(UserPoolId=pool, Username=ADA)
    assert {"Name": "email_verified", "Value": "true"} in user["UserAttributes"]


def test_a_pool_of_invited_people_takes_no_sign_up(
    app: Any, pools: Any, pool: str, client_id: str, refused: Refused
) -> None:
    pools.update_user_pool(UserPoolId=pool, AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})

    message = refused("NotAuthorizedException", app.sign_up, ClientId=client_id, Username=ADA, Password=PASSWORD)

    assert message == "SignUp is not permitted for this user pool"


def test_a_code_expires(emulator: Emulator, app: Any, client_id: str, refused: Refused) -> None:
    app.sign_up(ClientId=client_id, Username=ADA, Password=PASSWORD)
    late = DatedClient(emulator.client("cognito-idp")).at((datetime.now(UTC) + timedelta(hours=25)).isoformat())
    code = emulator.messages()[0]["secret"]

    refused("ExpiredCodeException", late.confirm_sign_up, ClientId=client_id, Username=ADA, ConfirmationCode=code)


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
    late = DatedClient(emulator.client("cognito-idp")).at((datetime.now(UTC) + timedelta(minutes=6)).isoformat())

    assert result["AuthenticationResult"]["ExpiresIn"] == 300
    assert app.get_user(AccessToken=token)["Username"]
    assert refused("NotAuthorizedException", late.get_user, AccessToken=token) == "Access Token has expired"


def test_an_invitation_ends_in_a_new_password(
    emulator: Emulator, app: Any, pools: Any, pool: str, client_id: str, sign_in: SignIn, refused: Refused
) -> None:
    pools.admin_create_user(UserPoolId=pool, Username=ADA)
    challenge = sign_in(password=emulator.messages()[0]["secret"])
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    answer = {"ClientId": client_id, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": challenge["Session"]}

    weak = {"USERNAME": ADA, "NEW_PASSWORD": "weak"}
    refused("InvalidPasswordException", app.respond_to_auth_challenge, **answer, ChallengeResponses=weak)
    good = {"USERNAME": ADA, "NEW_PASSWORD": PASSWORD}
    result = app.respond_to_auth_challenge(**answer, ChallengeResponses=good)

    assert "AccessToken" in result["AuthenticationResult"]
    assert pools.admin_get_user(UserPoolId=pool, Username=ADA)["UserStatus"] == "CONFIRMED"
    refused("NotAuthorizedException", app.respond_to_auth_challenge, **answer, ChallengeResponses=good)


def test_a_temporary_password_expires(
    emulator: Emulator, pools: Any, pool: str, client_id: str, refused: Refused
) -> None:
    pools.admin_create_user(UserPoolId=pool, Username=ADA, TemporaryPassword=PASSWORD)
    late = DatedClient(emulator.client("cognito-idp")).at((datetime.now(UTC) + timedelta(days=8)).isoformat())

    message = refused(
        "NotAuthorizedException",
        late.initiate_auth,
        ClientId=client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": ADA, "PASSWORD": PASSWORD},
    )

    assert message == "Temporary password has expired and must be reset by an administrator."


def test_a_reset_password_is_set_anew_by_the_code(
    emulator: Emulator, app: Any, pools: Any, client_id: str, ada: dict[str, str], sign_in: SignIn
) -> None:
    pools.admin_reset_user_password(**ada)
    with pytest.raises(app.exceptions.PasswordResetRequiredException):
        sign_in()

    code = emulator.messages()[0]["secret"]
    app.confirm_forgot_password(ClientId=client_id, Username=ADA, ConfirmationCode=code, Password=ANOTHER)

    assert "AuthenticationResult" in sign_in(password=ANOTHER)
    with pytest.raises(app.exceptions.ExpiredCodeException):
        app.confirm_forgot_password(ClientId=client_id, Username=ADA, ConfirmationCode=code, Password=ANOTHER)


def set_up_app(app: Any, client_id: str, challenge: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The secret of the authenticator app, and the end of the sign-in."""
    given = app.associate_software_token(Session=challenge["Session"])
    code = code_at(given["SecretCode"], int(time.time()))
    verified = app.verify_software_token(Session=given["Session"], UserCode=code)
    result = app.respond_to_auth_challenge(
        ClientId=client_id,
        ChallengeName="MFA_SETUP",
        Session=verified["Session"],
        ChallengeResponses={"USERNAME": ADA},
    )
    return given["SecretCode"], result


def test_a_pool_with_mfa_has_an_app_set_up_and_asks_for_its_code(
    app: Any, pools: Any, pool: str, client_id: str, ada: dict[str, str], sign_in: SignIn
) -> None:
    pools.set_user_pool_mfa_config(UserPoolId=pool, MfaConfiguration="ON", **TOTP)
    challenge = sign_in()
    assert challenge["ChallengeName"] == "MFA_SETUP"
    secret, result = set_up_app(app, client_id, challenge)
    assert "AuthenticationResult" in result

    challenge = sign_in()
    assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    answer = {"ClientId": client_id, "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": challenge["Session"]}
    with pytest.raises(app.exceptions.CodeMismatchException):
        app.respond_to_auth_challenge(
            **answer, ChallengeResponses={"USERNAME": ADA, "SOFTWARE_TOKEN_MFA_CODE": "12345x"}
        )
    responses = {"USERNAME": ADA, "SOFTWARE_TOKEN_MFA_CODE": code_at(secret, int(time.time()))}
    assert "AuthenticationResult" in app.respond_to_auth_challenge(**answer, ChallengeResponses=responses)

    pools.admin_delete_software_token(**ada)
    assert sign_in()["ChallengeName"] == "MFA_SETUP"


def test_where_mfa_is_optional_a_lost_app_is_no_longer_asked_for(
    app: Any, pools: Any, pool: str, client_id: str, ada: dict[str, str], sign_in: SignIn
) -> None:
    pools.set_user_pool_mfa_config(UserPoolId=pool, MfaConfiguration="OPTIONAL", **TOTP)
    access = sign_in()["AuthenticationResult"]["AccessToken"]
    secret = app.associate_software_token(AccessToken=access)["SecretCode"]
    with pytest.raises(app.exceptions.EnableSoftwareTokenMFAException):
        app.verify_software_token(AccessToken=access, UserCode="000000" if code_at(secret, 0) != "000000" else "000001")
    app.verify_software_token(AccessToken=access, UserCode=code_at(secret, int(time.time())))
    assert "AuthenticationResult" in sign_in()
    pools.admin_set_user_mfa_preference(**ada, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True})
    assert sign_in()["ChallengeName"] == "SOFTWARE_TOKEN_MFA"

    pools.admin_delete_software_token(**ada)

    assert "AuthenticationResult" in sign_in()


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


def test_who_exists_is_told_unless_the_client_forbids_it(
    app: Any, pools: Any, pool: str, ada: dict[str, str], sign_in: SignIn, refused: Refused
) -> None:
    with pytest.raises(app.exceptions.UserNotFoundException):
        sign_in(username="nobody@acme.example")
    silent = make_client(pools, pool, PreventUserExistenceErrors="ENABLED")
    params = {"USERNAME": "nobody@acme.example", "PASSWORD": PASSWORD}

    call = {"ClientId": silent, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": params}
    assert refused("NotAuthorizedException", app.initiate_auth, **call) == "Incorrect username or password."


def test_five_wrong_passwords_are_enough(ada: dict[str, str], sign_in: SignIn) -> None:
    for _ in range(5):
        with pytest.raises(ClientError, match="Incorrect username or password"):
            sign_in(password=ANOTHER)
    with pytest.raises(ClientError, match="Password attempts exceeded"):
        sign_in()


def test_a_client_with_a_secret_must_prove_it(
    app: Any, pools: Any, pool: str, ada: dict[str, str], refused: Refused
) -> None:
    client_id = make_client(pools, pool, GenerateSecret=True)
    described = pools.describe_user_pool_client(UserPoolId=pool, ClientId=client_id)["UserPoolClient"]
    params = {"USERNAME": ADA, "PASSWORD": PASSWORD}
    call = {"ClientId": client_id, "AuthFlow": "USER_PASSWORD_AUTH"}

    refused("NotAuthorizedException", app.initiate_auth, **call, AuthParameters=params)
    refused("NotAuthorizedException", app.initiate_auth, **call, AuthParameters=params | {"SECRET_HASH": "x"})
    proof = {"SECRET_HASH": secret_hash(described["ClientSecret"], client_id, ADA)}
    assert "AuthenticationResult" in app.initiate_auth(**call, AuthParameters=params | proof)


def test_a_flow_must_be_allowed(app: Any, pools: Any, pool: str, ada: dict[str, str], refused: Refused) -> None:
    client_id = make_client(pools, pool, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"])
    call = {"ClientId": client_id, "AuthParameters": {"USERNAME": ADA, "PASSWORD": PASSWORD}}

    refused("InvalidParameterException", app.initiate_auth, AuthFlow="USER_PASSWORD_AUTH", **call)
    refused(
        "InvalidParameterException",
        pools.admin_initiate_auth,
        UserPoolId=pool,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        **call,
    )


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


def test_apps_need_no_permission_and_no_secret_is_logged(
    emulator: Emulator, app: Any, client_id: str, ada: dict[str, str], sign_in: SignIn
) -> None:
    emulator.enforce_iam()
    try:
        sign_in()
    finally:
        emulator.enforce_iam(on=False)

    (call,) = emulator.calls("InitiateAuth")
    assert call["service"] == "cognito-idp"
    assert PASSWORD not in json.dumps(call)
