from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from emulator.process import Emulator
from tests.emulator.signing_in.app import ADA, PASSWORD, REGION, SignIn, make_client


@pytest.fixture
def pools(emulator: Emulator) -> Any:
    return emulator.client("cognito-idp", region_name=REGION)


@pytest.fixture
def pool(pools: Any) -> str:
    made = pools.create_user_pool(PoolName="customers", UsernameAttributes=["email"], AutoVerifiedAttributes=["email"])
    return str(made["UserPool"]["Id"])


@pytest.fixture
def app(emulator: Emulator) -> Any:
    """What an app has: no credentials, and here not even the pool's Region."""
    return boto3.client(
        "cognito-idp", endpoint_url=emulator.url, region_name="us-east-1", config=Config(signature_version=UNSIGNED)
    )


@pytest.fixture
def client_id(pools: Any, pool: str) -> str:
    return make_client(pools, pool)


@pytest.fixture
def ada(emulator: Emulator, pool: str) -> dict[str, str]:
    emulator.bring_in(pool, [{"attributes": {"email": ADA, "email_verified": "true"}, "password": PASSWORD}])
    return {"UserPoolId": pool, "Username": ADA}


@pytest.fixture
def sign_in(app: Any, client_id: str) -> SignIn:
    def begin(username: str = ADA, password: str = PASSWORD, **more: str) -> dict[str, Any]:
        params = {"USERNAME": username, "PASSWORD": password} | more
        answer: dict[str, Any] = app.initiate_auth(
            ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=params
        )
        return answer

    return begin
