"""AWS that changes while it is pulled: nothing is lost, nothing is invented, and the next pull brings the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.models import IamUser, Membership
from sync import drift, pull
from sync.models import Run
from tests.conftest import wait_until
from tests.services.pulling import pulled, seed
from tests.services.workers import Worker

pytestmark = [pytest.mark.stack, pytest.mark.django_db(transaction=True)]

READ = "GetAccountAuthorizationDetails"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
# A group and two policies, then users, then a role; one object a page here.
PAGES_UP_TO_USERS = 5


@pytest.fixture
def iam(emulator: Emulator, aws_account: AwsAccount) -> Any:
    client = seed(emulator)
    client.create_user(UserName="kim")
    pulled(aws_account)
    return client


def during(
    emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker], act: Callable[[], object]
) -> Run:
    """A pull that is held at its last page, when both users were read; `act` happens there; then it goes on."""
    emulator.rules([{"action": READ, "times": PAGES_UP_TO_USERS}, {"action": READ, "hold": True}])
    worker("pulls", PULL_PAGE_ITEMS="1")
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR)
    wait_until(lambda: any(call["state"] == "held" for call in emulator.calls(READ)))
    act()
    emulator.rules([])
    emulator.release()

    def done() -> bool:
        run.refresh_from_db()
        assert run.state != Run.State.FAILED, run.error
        return run.state == Run.State.DONE

    wait_until(done, 60)
    return run


def described(aws_account: AwsAccount) -> dict[str, str]:
    return {drift.name_in(found): drift.sentence(found) for found in drift.open_drift(aws_account)}


def test_what_changes_behind_the_pull_comes_with_the_next(
    emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker], iam: Any
) -> None:
    during(emulator, aws_account, worker, lambda: iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY))
    assert described(aws_account) == {}
    pulled(aws_account)
    assert described(aws_account) == {"jane": "attached ReadOnlyAccess"}


def test_what_changes_before_its_page_comes_with_this_one(
    emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker], iam: Any
) -> None:
    tags = [{"Key": "team", "Value": "finance"}]
    run = during(emulator, aws_account, worker, lambda: iam.tag_role(RoleName="exporter", Tags=tags))
    assert described(aws_account) == {"exporter": "tag team=finance added"}
    [found] = drift.open_drift(aws_account)
    assert (found.run, found.earlier_run) == (run, Run.objects.order_by("pk")[0].pk)


def test_a_user_who_is_deleted_behind_the_pull_isnt_gone_before_the_next(
    emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker], iam: Any
) -> None:
    during(emulator, aws_account, worker, lambda: iam.delete_user(UserName="kim"))
    assert IamUser.objects.live().filter(name="kim").exists()
    pulled(aws_account)
    assert described(aws_account) == {"kim": "deleted"}


def test_a_user_who_comes_behind_the_pull_is_nobodys_loss(
    emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker], iam: Any
) -> None:
    def act() -> None:
        iam.create_user(UserName="adam")  # sorts before the others: the pages are past that place
        iam.add_user_to_group(GroupName="developers", UserName="adam")

    during(emulator, aws_account, worker, act)
    pulled(aws_account)
    assert described(aws_account) == {"adam": "new: added to the group developers"}
    assert Membership.objects.live().filter(user__name="adam", group__name="developers").count() == 1


def test_a_group_that_is_renamed_during_the_pull_keeps_its_members(
    emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker], iam: Any
) -> None:
    """Jane was read as a member of developers, and then there is a group of another name only."""
    during(
        emulator,
        aws_account,
        worker,
        lambda: iam.update_group(GroupName="developers", NewGroupName="makers"),
    )
    pulled(aws_account)
    assert [str(edge.group) for edge in Membership.objects.live()] == ["makers"]
    assert described(aws_account)["developers" if "developers" in described(aws_account) else "makers"] == (
        "renamed from developers to makers"
    )
