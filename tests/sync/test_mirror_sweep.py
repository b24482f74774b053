"""The sweep at the end of a complete pull, and the brake that holds it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.models import IamUser
from sync import mirror
from sync.models import Facet, Revision
from sync.object_ref import ObjectRef
from tests.services.pulling import facet, pulled, revisions

pytestmark = pytest.mark.django_db

MANY = 25


@pytest.fixture
def iam(emulator: Emulator) -> Any:
    return emulator.client("iam")


@pytest.fixture
def many_users(iam: Any, aws_account: AwsAccount) -> list[str]:
    names = [f"user-{number}" for number in range(MANY)]
    for name in names:
        iam.create_user(UserName=name)
    pulled(aws_account)
    return names


def test_the_brake_holds_a_large_loss(iam: Any, aws_account: AwsAccount, many_users: list[str]) -> None:
    for name in many_users[:20]:
        iam.delete_user(UserName=name)
    run = pulled(aws_account)
    assert (run.gone, IamUser.objects.live().count()) == (0, MANY)
    assert run.error["class"] == "Brake"
    assert "Held by the brake: 20 of 25 IAM users" in [entry["line"] for entry in run.log][-2]


@pytest.mark.parametrize(("there", "lost", "gone"), [(25, 19, 19), (100, 20, 20), (99, 20, 0)])
def test_the_brake_holds_from_twenty_and_above_a_fifth(
    iam: Any, aws_account: AwsAccount, there: int, lost: int, gone: int
) -> None:
    for number in range(there):
        iam.create_user(UserName=f"user-{number}")
    pulled(aws_account)
    for number in range(lost):
        iam.delete_user(UserName=f"user-{number}")
    assert pulled(aws_account).gone == gone


def test_an_answer_with_nothing_in_it_is_held_by_the_brake(
    iam: Any, aws_account: AwsAccount, many_users: list[str], emulator: Emulator
) -> None:
    emulator.reset()
    run = pulled(aws_account)
    assert (run.seen, run.gone, run.error["class"]) == (0, 0, "Brake")


def test_a_lifted_brake_lets_it_pass(iam: Any, aws_account: AwsAccount, many_users: list[str]) -> None:
    for name in many_users[:20]:
        iam.delete_user(UserName=name)
    run = pulled(aws_account, lift_brake=True)
    assert (run.gone, run.error, IamUser.objects.live().count()) == (20, {}, 5)


def test_few_may_go_though_they_are_all(iam: Any, aws_account: AwsAccount) -> None:
    iam.create_user(UserName="jane")
    pulled(aws_account)
    iam.delete_user(UserName="jane")
    assert pulled(aws_account).gone == 1


def test_what_was_written_just_now_is_spared(iam: Any, aws_account: AwsAccount) -> None:
    iam.create_user(UserName="jane")
    pulled(aws_account)
    iam.delete_user(UserName="jane")
    Facet.objects.update(written_at=timezone.now() - timedelta(seconds=30))
    assert pulled(aws_account).gone == 0


def test_what_came_while_the_pull_ran_is_spared(iam: Any, aws_account: AwsAccount) -> None:
    iam.create_user(UserName="jane")
    pulled(aws_account)
    iam.delete_user(UserName="jane")
    Facet.objects.update(read_at=timezone.now() + timedelta(seconds=30))
    assert pulled(aws_account).gone == 0


def test_what_comes_back_with_its_id_is_the_same_row(iam: Any, aws_account: AwsAccount) -> None:
    iam.create_user(UserName="jane")
    pulled(aws_account)
    jane = IamUser.objects.get()
    ref = ObjectRef(jane.kind, jane.aws_id, jane.name, jane.arn)
    mirror.store_one(aws_account, ref, None, requested_at=timezone.now(), step=None)
    assert not IamUser.objects.live().exists()
    pulled(aws_account)
    jane.refresh_from_db()
    assert (jane.gone_at, facet(jane).gone_at) == (None, None)
    assert [(revision.origin, revision.gone) for revision in revisions(jane)] == [
        ("import", False),
        ("outside", True),
        ("outside", False),
    ]


def test_a_tombstone_says_so_in_the_history(iam: Any, aws_account: AwsAccount) -> None:
    iam.create_user(UserName="jane")
    pulled(aws_account)
    iam.delete_user(UserName="jane")
    pulled(aws_account)
    last = Revision.objects.order_by("number").last()
    assert last is not None
    assert (last.gone, last.content, last.origin) == (True, {}, "outside")
