"""Sign-up against the emulator, as an app does it: codes out of the outbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emulator.dated import DatedClient
from emulator.process import Emulator
from tests.emulator.conftest import Refused
from tests.emulator.signing_in.app import ADA, PASSWORD, SignIn


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
    late = DatedClient(emulator.own_client("cognito-idp")).at((datetime.now(UTC) + timedelta(hours=25)).isoformat())
    code = emulator.messages()[0]["secret"]

    refused("ExpiredCodeException", late.confirm_sign_up, ClientId=client_id, Username=ADA, ConfirmationCode=code)
