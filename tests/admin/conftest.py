"""The Django admin's tests: alice owns an AWS account, olga all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from tests.conftest import make_operator


@pytest.fixture
def olga(aws_account: AwsAccount) -> Operator:
    """Owner of all AWS accounts."""
    return make_operator("olga", Role.OWNER, None)


@pytest.fixture
def other_account(db: None) -> AwsAccount:
    return AwsAccount.objects.create(account_id="999900009999", name="Other", emulated=True)


@pytest.fixture
def alices(client_of: Callable[..., Client], alice: Operator) -> Client:
    return client_of(alice)


@pytest.fixture
def olgas(client_of: Callable[..., Client], olga: Operator) -> Client:
    return client_of(olga)
