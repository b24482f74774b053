from __future__ import annotations

import pytest

from accounts.models import AwsAccount
from identities.models import IamUser
from tests.services.organization_rows import complete
from tests.services.rows import make_user


@pytest.fixture
def alone(aws_account: AwsAccount) -> AwsAccount:
    """It has said that it is in no organization: no control policy bounds it."""
    complete(aws_account, "org.membership")
    return aws_account


@pytest.fixture
def here(alone: AwsAccount) -> AwsAccount:
    """The same, and changes are applied in it."""
    AwsAccount.objects.update(writes_enabled=True)
    alone.refresh_from_db()
    return alone


@pytest.fixture
def dana(here: AwsAccount) -> IamUser:
    found: IamUser = make_user(here, "dana")
    return found
