from __future__ import annotations

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from tests.cognito.identity_pools.shop import Shop


@pytest.fixture
def shop(emulator: Emulator, aws_account: AwsAccount) -> Shop:
    return Shop(emulator, aws_account)
