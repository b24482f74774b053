"""How many people helpdesk changes in an hour: each operator in each pool, whatever they do it with."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from cognito.models import CognitoUser, PoolCare, UserPool
from cognito.operations.people.base import on_person
from sync.changes import PlanError
from sync.models import Change
from tests.cognito.rows import make_person, make_pool
from tests.conftest import make_operator
from tests.services.changing import propose

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool(aws_account: AwsAccount) -> UserPool:
    made = make_pool(aws_account)
    PoolCare.objects.update(helpdesk_per_hour=1)
    return made


def disabled(person: CognitoUser, operator: Operator, *, ago: timedelta) -> Change:
    """By a change that went to the workers so long ago."""
    change = propose(person.aws_account, operator, [on_person(person, "cognito.user.disable")])
    change.queued_at = timezone.now() - ago
    change.save(update_fields=["queued_at"])
    return change


@pytest.mark.parametrize(("ago", "refused"), [(timedelta(minutes=59), True), (timedelta(minutes=61), False)])
def test_an_hour_is_over_after_an_hour(ago: timedelta, refused: bool, pool: UserPool, hal: Operator) -> None:
    disabled(make_person(pool, "jane"), hal, ago=ago)
    step = on_person(make_person(pool, "john"), "cognito.user.disable")
    if refused:
        with pytest.raises(PlanError, match="you changed 1, and this is about 1"):
            propose(pool.aws_account, hal, [step])
    else:
        assert propose(pool.aws_account, hal, [step]).pk


def test_what_others_do_and_what_is_done_in_another_pool_does_not_count(pool: UserPool, hal: Operator) -> None:
    hilda = make_operator("hilda", Role.HELPDESK, pool.aws_account)
    disabled(make_person(pool, "jane"), hilda, ago=timedelta(minutes=1))
    disabled(make_person(make_pool(pool.aws_account, "others"), "june"), hal, ago=timedelta(minutes=1))
    assert propose(pool.aws_account, hal, [on_person(make_person(pool, "john"), "cognito.user.disable")]).pk
