"""What is wrong with pools, as their lists sort it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from cognito import posture
from cognito.models import UserPool
from sync.models import Fact
from tests.cognito.rows import make_pool
from tests.services.pages import get

pytestmark = pytest.mark.django_db
WORST_FIRST = ("critical", "high", "medium", "low", "", None)


def pool_with(aws_account: AwsAccount, worst: str | None) -> UserPool:
    """`worst`: a severity, "" where nothing was found; None where nobody looked."""
    name = f"pool-{'unseen' if worst is None else worst or 'well'}"
    pool = make_pool(aws_account, name, pool_id=f"eu-west-1_{name}")
    if worst is not None:
        value = {"count": int(bool(worst)), "findings": []}
        Fact.objects.create(
            aws_account=aws_account,
            kind=pool.kind,
            object_id=pool.aws_id,
            name=posture.FINDINGS,
            value=value,
            sort_key=worst,
        )
    return pool


@pytest.mark.parametrize(("sort", "expected"), [("findings", WORST_FIRST), ("-findings", WORST_FIRST[::-1])])
def test_lists_are_sorted_by_how_bad_it_is(
    aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client], sort: str, expected: tuple[str | None]
) -> None:
    names = {worst: pool_with(aws_account, worst).name for worst in sorted(WORST_FIRST, key=str)}
    html = get(client_of(bob), "user_pools", query=f"?sort={sort}")
    assert sorted(names.values(), key=html.index) == [names[worst] for worst in expected]
