"""A change of many people asks the database as often as one of few: when it is planned, handed over, shown, and planned
again; when it is carried out, so often for each of its steps as the protocol has it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import ApprovalRule, AwsAccount, Operator
from cognito.models import CognitoMembership, CognitoUser, PoolPeopleSettings, UserPool
from cognito.people.operations.attributes import as_params
from cognito.people.operations.base import on_person
from cognito.people.operations.making import new_person
from emulator.process import Emulator
from sync import changes
from sync.models import Attempt, Change, Step
from sync.operations import StepSpec
from tests.cognito.customers import customers
from tests.cognito.rows import make_person, make_pool, make_pool_group, put_into
from tests.services.changing import propose
from tests.services.pages import get
from tests.services.pulling import pulled

pytestmark = pytest.mark.django_db
FEW, MANY = 2, 9


def joins(person: CognitoUser) -> StepSpec:
    return on_person(person, "cognito.user.group.add", group="vip")


def joins_own(person: CognitoUser) -> StepSpec:
    """A group for each: they are looked up together, too."""
    make_pool_group(person.pool, f"of-{person.name}")
    return on_person(person, "cognito.user.group.add", group=f"of-{person.name}")


def leaves(person: CognitoUser) -> StepSpec:
    put_into(person.pool.cognitogroups.get(name="vip"), person)
    return on_person(person, "cognito.user.group.remove", group="vip")


def gets_a_plan(person: CognitoUser) -> StepSpec:
    params = as_params(person.aws_id, {"custom:plan": "family"}, ["custom:plan"])
    return on_person(person, "cognito.user.attributes.set", **params)


def comes(person: CognitoUser) -> StepSpec:
    return new_person(person.pool, f"new-{person.name}", {"email": f"{person.name}@new.example"}, channel="EMAIL")


def is_disabled(person: CognitoUser) -> StepSpec:
    return on_person(person, "cognito.user.disable")


@pytest.fixture
def pool(aws_account: AwsAccount) -> UserPool:
    made = make_pool(aws_account)
    make_pool_group(made)
    PoolPeopleSettings.objects.update(helpdesk_per_hour=100)
    ApprovalRule.objects.create(
        aws_account=aws_account, risk="high", approvals=1
    )  # so that it is asked how risky it is
    return made


def counted(do: Callable[..., object], *args: Any, **kwargs: Any) -> int:
    with CaptureQueriesContext(connection) as asked:
        do(*args, **kwargs)
    return len(asked)


@pytest.mark.parametrize("made", [joins, joins_own, leaves, gets_a_plan, comes, is_disabled])
def test_a_plan_of_many_takes_no_more_queries(
    made: Callable[[CognitoUser], StepSpec], pool: UserPool, hal: Operator, client_of: Callable[..., Client]
) -> None:
    client = client_of(hal)
    found: list[list[int]] = []
    for number in (FEW, FEW, MANY):  # the first warms up what is asked for once
        steps = [made(make_person(pool, f"p{len(found)}-{each}")) for each in range(number)]
        counts = [counted(propose, pool.aws_account, hal, steps)]
        change = Change.objects.latest("pk")
        get(client, "change", pk=str(change.pk))  # that look is written down
        counts += [
            counted(get, client, "change", pk=str(change.pk)),
            counted(changes.apply, change=change, actor=hal),
        ]
        Change.objects.filter(pk=change.pk).update(state=Change.State.FAILED)
        counts.append(counted(changes.replan, change=change, actor=hal))
        Change.objects.update(state=Change.State.CANCELLED)
        found.append(counts)
    assert found[1] == found[2]


def test_who_is_gone_is_left_out_when_it_is_planned_again(pool: UserPool, hal: Operator) -> None:
    people = [make_person(pool, name) for name in ("ann", "bea", "cora")]
    change = propose(pool.aws_account, hal, [joins(person) for person in people])
    Change.objects.filter(pk=change.pk).update(state=Change.State.FAILED)
    CognitoUser.objects.filter(pk=people[1].pk).update(gone_at=timezone.now())
    again = changes.replan(change=change, actor=hal)
    assert [step.params["sub"] for step in again.steps.all()] == [people[0].aws_id, people[2].aws_id]


@pytest.mark.parametrize("made", [joins, is_disabled])
def test_people_are_written_down_together(
    made: Callable[[CognitoUser], StepSpec], emulator: Emulator, aws_account: AwsAccount, erin: Operator
) -> None:
    """Each step asks twice: whether the claim still holds, and whether writes are still on. No more than that."""
    found = customers(emulator, aws_account)
    addresses = [f"p{number}@acme.example" for number in range(8)]
    emulator.bring_in(found.pool.aws_id, [{"attributes": {"email": address}} for address in addresses])
    pulled(aws_account, source="cognito.people", region=found.pool.region)
    people = [CognitoUser.objects.get(attributes__email=address) for address in addresses]
    counts = []
    for these in (people[:1], people[1:3], people[3:8]):  # the first begins the count of steps
        change = propose(aws_account, erin, [made(person) for person in these])
        changes.apply(change=change, actor=erin)
        counts.append(counted(changes.work, change.pk))
        change.refresh_from_db()
        assert change.state == Change.State.APPLIED
        assert set(change.steps.values_list("state", flat=True)) == {Step.State.DONE}
        assert Attempt.objects.filter(step__change=change, outcome=Step.State.DONE).count() == len(these)
    assert counts[2] - counts[1] == 2 * 3
    if made is joins:
        live = CognitoMembership.objects.filter(group__name="vip", gone_at=None, user__in=people)
        assert live.count() == 8
    else:
        assert not CognitoUser.objects.filter(pk__in=[person.pk for person in people], enabled=True).exists()
