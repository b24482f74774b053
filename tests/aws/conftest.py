from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from sync.aws.session import forget_all
from tests.services.console_roles import connect_by_roles, make_console_role

DOCUMENT = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'


@pytest.fixture(autouse=True)
def fresh_sessions() -> Iterator[None]:
    forget_all()
    yield
    forget_all()


@pytest.fixture
def make_role(emulator: Emulator) -> Callable[..., None]:
    """Makes a role of the console in the emulated AWS."""
    return partial(make_console_role, emulator)


@pytest.fixture
def with_roles(aws_account: AwsAccount) -> AwsAccount:
    """The AWS account, connected by roles; `make_role` makes them."""
    return connect_by_roles(aws_account)


@pytest.fixture
def policy_arn(emulator: Emulator) -> str:
    created: dict[str, Any] = emulator.client("iam").create_policy(PolicyName="reports", PolicyDocument=DOCUMENT)
    return str(created["Policy"]["Arn"])
