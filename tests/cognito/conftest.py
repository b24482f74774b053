from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AwsAccount
from cognito.models import PoolPeopleSettings, UserPool
from emulator.process import REGION, Emulator
from tests.cognito.arranged_pool import Arranged, arrange
from tests.cognito.customers import Customers, customers
from tests.cognito.pulled_people import ALLOWED
from tests.cognito.rows import make_pool
from tests.services.world import World


@pytest.fixture
def idp(emulator: Emulator) -> Any:
    return emulator.client("cognito-idp")


@pytest.fixture
def pool_id(idp: Any, aws_account: AwsAccount) -> str:
    made = idp.create_user_pool(
        PoolName="customers", Schema=[{"Name": "plan", "AttributeDataType": "String", "Mutable": True}]
    )
    found: str = made["UserPool"]["Id"]
    PoolPeopleSettings.objects.create(aws_account=aws_account, region=REGION, pool_id=found, attributes=ALLOWED)
    return found


@pytest.fixture
def pool(aws_account: AwsAccount) -> UserPool:
    """A user pool of the mirror alone."""
    return make_pool(aws_account)


@pytest.fixture
def found(emulator: Emulator, aws_account: AwsAccount) -> Customers:
    """A user pool with people, in the emulator and in the mirror."""
    return customers(emulator, aws_account)


@pytest.fixture
def arranged(world: World) -> Arranged:
    """A user pool with one of everything that belongs to it, in the emulator and in the mirror."""
    return arrange(world)
