"""The page of an editor, as its script saves (tests/policies/drafting.py)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import AwsAccount, Operator
from policies.models import ManagedPolicy
from tests.policies.drafting import ClientOf, Tab
from tests.services.rows import make_policy


@pytest.fixture
def policy(aws_account: AwsAccount) -> ManagedPolicy:
    return make_policy(aws_account)


@pytest.fixture
def tab_of(policy: ManagedPolicy, client_of: ClientOf) -> Callable[[Operator], Tab]:
    return lambda operator: Tab(client_of(operator), operator, "policy", policy.aws_id, "edit")
