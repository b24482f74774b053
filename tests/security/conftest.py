"""The cast of the security tests: the usual one, and somebody who owns all AWS accounts."""

from __future__ import annotations

import pytest

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from tests.accounts.conftest import clock, work_mails  # noqa: F401  fixtures
from tests.conftest import make_operator


@pytest.fixture
def olga(aws_account: AwsAccount) -> Operator:
    """Owner of all AWS accounts."""
    return make_operator("olga", Role.OWNER, None)


@pytest.fixture
def other_account(db: None) -> AwsAccount:
    return AwsAccount.objects.create(account_id="999900009999", name="Other", emulated=True)
