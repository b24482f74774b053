"""Drift that was taken back: it is closed by itself, unless it took back something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from identities.models import IamUser
from identities.operations import attach
from sync import drift
from sync.models import Revision
from tests.services.changing import carry_out, propose
from tests.services.pages import get, text_of
from tests.services.pulling import pulled
from tests.services.world import World

pytestmark = pytest.mark.django_db

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def jane(world: World) -> IamUser:
    user = world.user()
    pulled(world.aws_account)
    Revision.objects.update(drift_in=None, origin=Revision.Origin.IMPORT)
    return user


class Outside:
    """What others do, each seen by a pull."""

    def __init__(self, world: World, user: IamUser) -> None:
        self._iam, self._aws_account, self._name = world.iam, world.aws_account, user.name

    def __call__(self, act: str) -> None:
        name, tags = self._name, [{"Key": "team", "Value": "exports"}]
        {
            "attach": lambda: self._iam.attach_user_policy(UserName=name, PolicyArn=READ_ONLY),
            "detach": lambda: self._iam.detach_user_policy(UserName=name, PolicyArn=READ_ONLY),
            "tag": lambda: self._iam.tag_user(UserName=name, Tags=tags),
            "untag": lambda: self._iam.untag_user(UserName=name, TagKeys=["team"]),
            "make": lambda: self._iam.create_group(GroupName="auditors"),
            "unmake": lambda: self._iam.delete_group(GroupName="auditors"),
        }[act]()
        pulled(self._aws_account, source="iam.details")


@pytest.fixture
def outside(world: World, jane: IamUser) -> Outside:
    return Outside(world, jane)


def still_open(aws_account: AwsAccount) -> int:
    return drift.open_drift(aws_account).count()


@pytest.mark.parametrize(
    ("acts", "left"),
    [
        (["attach", "detach"], 0),
        (["attach", "tag", "untag"], 1),
        (["attach", "tag", "untag", "detach"], 0),
        (["make", "unmake"], 0),
        (["tag", "attach", "untag"], 3),
    ],
)
def test_what_was_taken_back_is_closed(aws_account: AwsAccount, outside: Outside, acts: list[str], left: int) -> None:
    for act in acts:
        outside(act)
    assert still_open(aws_account) == left


def test_taking_back_a_change_of_ours_is_drift(
    world: World, jane: IamUser, alice: Operator, aws_account: AwsAccount, settings: Any
) -> None:
    settings.WRITE_SETTLE_S = 0
    policy = world.policy()
    carry_out(propose(aws_account, alice, [attach(jane, policy.arn)]), alice)
    world.iam.detach_user_policy(UserName=jane.name, PolicyArn=policy.arn)
    pulled(aws_account, source="iam.details")
    assert drift.open_drift(aws_account).filter(facet__object_id=jane.aws_id).count() == 1


def test_taking_back_what_was_accepted_is_drift(aws_account: AwsAccount, outside: Outside, erin: Operator) -> None:
    outside("attach")
    drift.accept(aws_account=aws_account, actor=erin, revisions=[drift.open_drift(aws_account).get().pk])
    outside("detach")
    assert still_open(aws_account) == 1


def test_the_list_has_it(
    aws_account: AwsAccount, outside: Outside, erin: Operator, client_of: Callable[[Operator], Client]
) -> None:
    outside("attach")
    outside("detach")
    client: Any = client_of(erin)
    assert "0 of 2 changes outside this console" in text_of(get(client, "drift"))
    assert text_of(get(client, "drift", "?state=reverted")).count("Reverted, seen") == 2
