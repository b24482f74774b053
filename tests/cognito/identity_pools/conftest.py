from __future__ import annotations

import pytest

from accounts.models import AwsAccount
from cognito.models import IdentityPool
from emulator.process import Emulator
from tests.cognito.identity_pools.shop import Shop


@pytest.fixture
def shop(emulator: Emulator, aws_account: AwsAccount) -> Shop:
    return Shop(emulator, aws_account)


@pytest.fixture
def pool(shop: Shop) -> IdentityPool:
    return shop.with_roles().mirrored()
