"""Sign-in against the emulator, as an app does it: passwords, and who is turned away."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.cognito_idp.sign_in import secret_hash
from emulator.dated import DatedClient
from emulator.process import Emulator
from tests.emulator.conftest import Refused
from tests.emulator.signing_in.app import ADA, ANOTHER, PASSWORD, SignIn, make_client


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
    late = DatedClient(emulator.own_client("cognito-idp")).at((datetime.now(UTC) + timedelta(days=8)).isoformat())

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
