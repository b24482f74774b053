"""Credentials that don't get into the AWS account: each has its sentence, and nothing is saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount
from accounts.roles import Role
from emulator import wellknown
from emulator.process import Emulator
from sync.aws import session
from sync.connect import new_external_id
from tests.conftest import ACCOUNT_ID, make_operator
from tests.services.console_roles import READ_ROLE, make_console_role

ClientOf = Callable[..., Client]


@pytest.fixture(autouse=True)
def fresh_sessions() -> Iterator[None]:
    session.forget_all()
    yield
    session.forget_all()


@pytest.fixture
def connecting(client_of: ClientOf) -> Callable[..., str]:
    """Presses "Connect" or "Check" with these fields; returns what the page says."""
    client = client_of(make_operator("olga", Role.OWNER, None))

    def press(url_name: str = "connect", **typed: str) -> str:
        usual = {
            "name": "Acme",
            "account_id": ACCOUNT_ID,
            "environment": "staging",
            "partition": "aws",
            "default_region": "eu-west-1",
            "connection": "ambient",
            "external_id": new_external_id(),
            "emulated": "on",
        }
        answer = client.post(reverse(url_name), {**usual, **typed})
        assert answer.status_code == 200
        assert not AwsAccount.objects.exists()
        return answer.content.decode()

    return press


@pytest.mark.django_db
def test_another_aws_account(emulator: Emulator, connecting: Callable[..., str]) -> None:
    text = connecting(account_id="210987654321")
    assert "belong to another AWS account" in text
    assert "Nothing was saved." in text
    assert 'value="210987654321"' in text


@pytest.mark.django_db
def test_the_root_user(emulator: Emulator, connecting: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_EMULATOR_KEY_ID", wellknown.ROOT_KEY_ID)
    assert "are those of the AWS account&#x27;s root user: the console refuses them" in connecting()


@pytest.mark.django_db
def test_wrong_credentials(emulator: Emulator, connecting: Callable[..., str]) -> None:
    message = "The security token included in the request is invalid."
    error = {"code": "InvalidClientTokenId", "status": 403, "message": message}
    emulator.rules([{"action": "GetCallerIdentity", "error": error}])
    text = connecting()
    assert "AWS credentials for 123456789012 do not work" in text
    assert message in text
    assert "Nothing was saved." in text


@pytest.mark.django_db
def test_a_role_that_is_not_there(emulator: Emulator, connecting: Callable[..., str]) -> None:
    emulator.enforce_iam()
    text = connecting(connection="assume_role", read_role_arn=READ_ROLE)
    assert "The console can&#x27;t assume its role in 123456789012" in text


@pytest.mark.django_db
def test_nobody_answers(connecting: Callable[..., str], settings: Any) -> None:
    settings.AWS_EMULATOR_URL = "http://127.0.0.1:1"
    assert "AWS could not be reached" in connecting()


@pytest.mark.django_db
def test_no_credentials_at_all(connecting: Callable[..., str]) -> None:
    assert "AWS credentials for 123456789012 do not work" in connecting(emulated="")


@pytest.mark.django_db
def test_the_check_says_that_it_does_not_get_in(emulator: Emulator, connecting: Callable[..., str]) -> None:
    emulator.enforce_iam()
    text = connecting("connect_check", connection="assume_role", read_role_arn=READ_ROLE)
    assert "Does not get in" in text
    assert "The console can&#x27;t assume its role" in text


@pytest.mark.django_db
def test_the_check_names_what_is_missing(emulator: Emulator, connecting: Callable[..., str]) -> None:
    external_id = new_external_id()
    make_console_role(emulator, "console-read", actions=["iam:GetUser"], external_id=external_id)
    emulator.enforce_iam()
    text = connecting("connect_check", connection="assume_role", read_role_arn=READ_ROLE, external_id=external_id)
    assert "Permissions are missing" in text
    assert '<code class="strong">iam:GetAccountAuthorizationDetails</code> is missing' in text
    assert '<code class="strong">iam:GetUser</code> is missing' not in text
