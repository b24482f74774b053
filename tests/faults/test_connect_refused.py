"""Credentials that don't get into the AWS account: each has its sentence, and nothing is saved."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount
from accounts.roles import Role
from iamconsole.demo import wellknown
from iamconsole.demo.process import Emulator
from sync.aws import session
from tests.conftest import ACCOUNT_ID, make_operator

ClientOf = Callable[..., Client]
ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/console-read"


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
            "name": "Acme", "account_id": ACCOUNT_ID, "environment": "staging", "partition": "aws",
            "default_region": "eu-west-1", "connection": "ambient", "external_id": "from-the-form", "emulated": "on",
        }  # fmt: skip
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
def test_a_role_that_is_not_there(emulator: Emulator, connecting: Callable[..., str]) -> None:
    emulator.enforce_iam()
    text = connecting(connection="assume_role", read_role_arn=ROLE)
    assert "The console can&#x27;t assume its role in 123456789012" in text


@pytest.mark.django_db
def test_nobody_answers(connecting: Callable[..., str], settings: Any) -> None:
    settings.AWS_EMULATOR_URL = "http://127.0.0.1:1"
    assert "AWS could not be reached" in connecting()


@pytest.mark.django_db
def test_no_credentials_at_all(connecting: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    assert "AWS credentials for 123456789012 do not work" in connecting(emulated="")


@pytest.mark.django_db
def test_the_check_says_that_it_does_not_get_in(emulator: Emulator, connecting: Callable[..., str]) -> None:
    emulator.enforce_iam()
    text = connecting("connect_check", connection="assume_role", read_role_arn=ROLE)
    assert "Does not get in" in text
    assert "The console can&#x27;t assume its role" in text


@pytest.mark.django_db
def test_the_check_names_what_is_missing(
    emulator: Emulator, connecting: Callable[..., str], client_of: ClientOf
) -> None:
    iam = emulator.client("iam")
    enter = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}, "Action": "sts:AssumeRole"}
    allow = {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}
    iam.create_role(
        RoleName="console-read",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [enter]}),
    )
    iam.put_role_policy(
        RoleName="console-read",
        PolicyName="p",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )
    emulator.enforce_iam()
    text = connecting("connect_check", connection="assume_role", read_role_arn=ROLE)
    assert "Permissions are missing" in text
    assert '<code class="strong">iam:GetAccountAuthorizationDetails</code> is missing' in text
    assert '<code class="strong">iam:GetUser</code> is missing' not in text
