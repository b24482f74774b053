from __future__ import annotations

import pytest

from accounts.models import AwsAccount
from tests.services.organization_rows import complete


@pytest.fixture
def alone(aws_account: AwsAccount) -> AwsAccount:
    """It has said that it is in no organization: no control policy bounds it."""
    complete(aws_account, "org.membership")
    return aws_account
