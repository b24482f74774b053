"""How long a pull of people takes at least, by AWS's quota: said before and while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from cognito.models import PoolPeopleSettings, UserPool
from emulator.process import REGION
from tests.cognito.rows import make_pool
from tests.sync.test_page_sources import line_of, page, run_of

ClientOf = Callable[..., Client]
SAID = "takes at least 46 min 18 s, by AWS’s quota"


@pytest.fixture
def pool(aws_account: AwsAccount, settings: Any) -> UserPool:
    settings.AWS_PACE_EMULATED = True
    run_of(aws_account, "cognito.pools", region=REGION)
    return make_pool(aws_account, estimated_users=1_000_000)


@pytest.mark.parametrize("state", ["", "queued", "running"])
def test_the_page_of_pulls_says_how_long_people_take(
    pool: UserPool, erin: Operator, client_of: ClientOf, state: str
) -> None:
    if state:
        run_of(pool.aws_account, "cognito.people", state, region=REGION)
    assert SAID in line_of(page(client_of(erin), pool.aws_account, "?sources=all"), "People of user pools")


def test_a_pool_of_which_only_settings_are_kept_takes_no_time(
    pool: UserPool, erin: Operator, client_of: ClientOf
) -> None:
    PoolPeopleSettings.objects.update(mirrors_people=False)
    assert "quota" not in line_of(page(client_of(erin), pool.aws_account, "?sources=all"), "People of user pools")


def test_owners_see_it_where_they_decide_and_a_larger_share_is_faster(
    pool: UserPool, alice: Operator, client_of: ClientOf
) -> None:
    where = {"account_id": pool.aws_account.account_id, "aws_id": pool.aws_id}

    def said() -> str:
        return client_of(alice).get(reverse("data_protection_pool", kwargs=where)).content.decode()

    assert "takes at least 46 min 18 s" in said()
    AwsAccount.objects.update(quota_share=50)
    assert "takes at least 18 min 32 s" in said()
