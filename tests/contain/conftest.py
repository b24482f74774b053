"""Somebody whose access key leaked, and a role that they and others use."""

from __future__ import annotations

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from tests.services.leaked_key import Night, leaked_key


@pytest.fixture
def night(emulator: Emulator, aws_account: AwsAccount) -> Night:
    return leaked_key(emulator, aws_account)
