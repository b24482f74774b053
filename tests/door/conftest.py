from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import AwsAccount
from iamconsole.demo.process import Emulator
from sync.aws.session import forget_all
from tests.conftest import ACCOUNT_ID

READ_ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/console-read"
WRITE_ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/console-write"
EXTERNAL_ID = "from-the-console"
DOCUMENT = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'


@pytest.fixture(autouse=True)
def fresh_sessions() -> Iterator[None]:
    forget_all()
    yield
    forget_all()


@pytest.fixture
def make_role(emulator: Emulator) -> Callable[..., None]:
    """Makes a role of the console in the emulated AWS: trusted with EXTERNAL_ID, allowed `actions`."""

    def make(name: str, *, actions: list[str], naming: bool = True) -> None:
        iam = emulator.client("iam")
        principal = {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}
        enter = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        enter["Condition"] = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
        name_us = {"Effect": "Allow", "Principal": principal, "Action": ["sts:SetSourceIdentity", "sts:TagSession"]}
        trust = {"Version": "2012-10-17", "Statement": [enter, *([name_us] if naming else [])]}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        if actions:
            allow = [{"Effect": "Allow", "Action": actions, "Resource": "*"}]
            document = json.dumps({"Version": "2012-10-17", "Statement": allow})
            iam.put_role_policy(RoleName=name, PolicyName="console", PolicyDocument=document)

    return make


@pytest.fixture
def with_roles(aws_account: AwsAccount) -> AwsAccount:
    """The AWS account, connected by roles; `make_role` makes them."""
    aws_account.connection = AwsAccount.Connection.ASSUME_ROLE
    aws_account.read_role_arn = READ_ROLE
    aws_account.write_role_arn = WRITE_ROLE
    aws_account.external_id = EXTERNAL_ID
    aws_account.save()
    return aws_account


@pytest.fixture
def policy_arn(emulator: Emulator) -> str:
    created: dict[str, Any] = emulator.client("iam").create_policy(PolicyName="reports", PolicyDocument=DOCUMENT)
    return str(created["Policy"]["Arn"])
