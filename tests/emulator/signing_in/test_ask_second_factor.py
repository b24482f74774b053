"""Second factors against the emulator, as an app sets them up and answers."""

from __future__ import annotations

import time
from typing import Any

import pytest

from emulator.cognito_idp.totp import code_at
from tests.emulator.signing_in.app import ADA, TOTP, SignIn


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
