from __future__ import annotations

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from tests.services.world import World


@pytest.fixture
def world(emulator: Emulator, aws_account: AwsAccount) -> World:
    return World(emulator, aws_account)
