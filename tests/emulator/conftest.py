from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.process import Emulator, start_emulator
from tests.services.statements import allowing, trusting

ALLOW_ALL = allowing("*")
TRUST_ROOT = trusting(
    {"AWS": "arn:aws:iam::123456789012:root"}, ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
)


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    with start_emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    """An empty one."""
    running.reset()
    return running


@pytest.fixture
def iam(emulator: Emulator) -> Any:
    return emulator.client("iam")


@pytest.fixture
def sts(emulator: Emulator) -> Any:
    return emulator.client("sts")


@pytest.fixture
def cognito(emulator: Emulator) -> Any:
    return emulator.client("cognito-idp")


Refused = Callable[..., str]


@pytest.fixture
def refused() -> Refused:
    """Makes a call that AWS must refuse with that code, and returns what AWS says."""

    def refuse(code: str, call: Callable[..., Any], **params: Any) -> str:
        with pytest.raises(ClientError) as caught:
            call(**params)
        assert caught.value.response["Error"]["Code"] == code
        return str(caught.value.response["Error"]["Message"])

    return refuse
