from __future__ import annotations

import pytest

from accounts.models import AwsAccount
from iamconsole.demo.process import Emulator
from tests.cognito.identity_pools.shop import Shop


@pytest.fixture
def shop(emulator: Emulator, aws_account: AwsAccount) -> Shop:
    return Shop(emulator, aws_account)
