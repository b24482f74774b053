"""A client without credentials: as a person's own app, without a signature, and without any right of the console's."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from sync.aws import errors
from sync.aws.client import reader, visitor
from sync.aws.secrets import Secret
from sync.aws.visiting import published_keys

REGION = "eu-central-1"
APP, PASSWORD = "4h57kanq0c3pvgmlk5v1", "Correct-horse-7"


@pytest.fixture
def app(emulator: Emulator) -> str:
    """The client id of an app that signs people in by name and password; anna is one of them."""
    cognito: Any = emulator.client("cognito-idp", region_name=REGION)
    pool = cognito.create_user_pool(PoolName="customers")["UserPool"]["Id"]
    cognito.admin_create_user(UserPoolId=pool, Username="anna", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username="anna", Password=PASSWORD, Permanent=True)
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="shop", ExplicitAuthFlows=flows)
    emulator.forget_calls()
    return str(client["UserPoolClient"]["ClientId"])


def sign_in(aws_account: AwsAccount, app: str = APP) -> dict[str, Any]:
    given = {"USERNAME": "anna", "PASSWORD": Secret(PASSWORD)}
    client = visitor(aws_account, region=REGION)
    return client.call("cognito-idp", "InitiateAuth", ClientId=app, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given)


def test_who_tries_to_sign_in_needs_no_credentials_and_is_told_what_cognito_says(
    emulator: Emulator, aws_account: AwsAccount
) -> None:
    """A secret within a map is sent as its text, or botocore would refuse it."""
    error = {"code": "NotAuthorizedException", "message": "Incorrect username or password."}
    emulator.rules([{"action": "InitiateAuth", "error": error}])
    with pytest.raises(errors.SignInRefused) as caught:
        sign_in(aws_account)
    assert "password" in caught.value.sentence()
    (call,) = emulator.calls()  # nobody asked who the console is
    assert (call["action"], call["access_key"]) == ("InitiateAuth", "")


def test_tokens_come_wrapped(emulator: Emulator, aws_account: AwsAccount, app: str) -> None:
    result = sign_in(aws_account, app)["AuthenticationResult"]
    assert all(isinstance(result[name], Secret) for name in ("IdToken", "AccessToken", "RefreshToken"))
    assert result["IdToken"].open().count(".") == 2
    assert [call["access_key"] for call in emulator.calls()] == [""]


def test_a_visitor_can_do_nothing_that_takes_a_right(emulator: Emulator, aws_account: AwsAccount) -> None:
    for operation in ("ListUserPools", "AdminDeleteUser"):
        with pytest.raises(errors.ConsoleRefused):
            visitor(aws_account, region=REGION).call("cognito-idp", operation)
    with pytest.raises(errors.ConsoleRefused):
        reader(aws_account, region=REGION).call("cognito-idp", "InitiateAuth")
    assert emulator.calls() == []


def test_signing_up_needs_writes_to_be_on(emulator: Emulator, aws_account: AwsAccount) -> None:
    AwsAccount.objects.filter(pk=aws_account.pk).update(writes_enabled=False)
    emulator.rules([{"action": "SignUp", "error": {"code": "UsernameExistsException"}}])
    given = {"ClientId": APP, "Username": "berta", "Password": Secret(PASSWORD)}
    with pytest.raises(errors.WritesOff):
        visitor(aws_account, region=REGION).call("cognito-idp", "SignUp", **given)
    assert emulator.calls("SignUp") == []
    AwsAccount.objects.filter(pk=aws_account.pk).update(writes_enabled=True)
    with pytest.raises(errors.AlreadyExists):
        visitor(aws_account, region=REGION).call("cognito-idp", "SignUp", **given)


def test_the_keys_of_a_pool_are_taken_from_nowhere_else(aws_account: AwsAccount, settings: Any) -> None:
    """Whoever answers there can't send the console to another address."""
    asked: list[str] = []

    class Redirecting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # as http.server calls it
            asked.append(self.path)
            self.send_response(302 if "jwks" in self.path else 200)
            self.send_header("Location", "/keys")
            self.end_headers()
            self.wfile.write(b'{"keys": []}')

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Redirecting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.AWS_EMULATOR_URL = f"http://127.0.0.1:{server.server_port}"
        with pytest.raises(errors.NotFound):
            published_keys(aws_account, REGION, "eu-central-1_abc")
        server.shutdown()
    assert asked == ["/eu-central-1_abc/.well-known/jwks.json"]
