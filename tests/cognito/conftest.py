from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AwsAccount
from cognito.models import PoolPeopleSettings
from emulator.process import REGION, Emulator
from tests.cognito.pulled_people import ALLOWED


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
