from __future__ import annotations

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from tests.unused.arranged import Estate


@pytest.fixture
def estate(emulator: Emulator, aws_account: AwsAccount) -> Estate:
    return Estate(emulator, aws_account)
