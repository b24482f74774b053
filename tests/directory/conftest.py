"""A small Identity Center, held by the AWS account of the tests."""

from __future__ import annotations

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from tests.directory.arranged import Arranged, arranged_and_pulled
from tests.services.identity_center import MadeIdentityCenter
from tests.services.organizations import MadeOrganization


@pytest.fixture
def made(emulator: Emulator) -> MadeIdentityCenter:
    """Empty, and nothing is pulled."""
    return MadeIdentityCenter(emulator, MadeOrganization(emulator))


@pytest.fixture
def center(emulator: Emulator, aws_account: AwsAccount) -> Arranged:
    return arranged_and_pulled(emulator, aws_account)
