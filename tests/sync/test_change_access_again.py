"""What access a change gives is measured again when it is applied: more than people approved, and nothing is sent."""

from __future__ import annotations

import pytest

from accounts.models import Operator
from identities import operations
from identities.models import IamGroup, IamUser
from policies.models import ManagedPolicy
from sync import changes
from sync.models import Change
from tests.services.changing import propose, worked
from tests.services.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(world: World) -> IamGroup:
    return world.group()


@pytest.fixture
def policy(world: World) -> ManagedPolicy:
    return world.policy()


@pytest.fixture
def member(world: World, group: IamGroup) -> IamUser:
    return joined(world, world.user("dana"), group)


def joined(world: World, user: IamUser, group: IamGroup) -> IamUser:
    world.iam.add_user_to_group(UserName=user.name, GroupName=group.name)
    return world.again(user)


@pytest.fixture
def approved(
    world: World, group: IamGroup, policy: ManagedPolicy, member: IamUser, erin: Operator, anton: Operator
) -> Change:
    """Attaches the policy to the group with its one member."""
    world.aws_account.approvals_required = 1
    change = propose(world.aws_account, erin, [operations.attach(group, policy.arn)])
    changes.approve(change=change, actor=anton)
    changes.apply(change=change, actor=erin)
    return change


def test_another_member_voids_the_approvals(world: World, approved: Change, group: IamGroup) -> None:
    joined(world, world.user("lee"), group)
    change = worked(approved)
    assert (change.state, change.approvals.get().void) == (Change.State.PROPOSED, True)
    assert "worse: lee would gain access that the plan did not show." in change.error["sentence"]
    assert world.emulator.calls("AttachGroupPolicy") == []


def test_what_is_then_approved_is_what_was_measured_anew(
    world: World, approved: Change, group: IamGroup, erin: Operator, anton: Operator
) -> None:
    joined(world, world.user("lee"), group)
    change = worked(approved)
    assert change.measured["access"]["effects"][0]["count"] == 2
    changes.approve(change=change, actor=anton)
    changes.apply(change=change, actor=erin)
    assert worked(change).state == Change.State.APPLIED


def test_less_than_was_approved_is_applied(world: World, approved: Change, member: IamUser, group: IamGroup) -> None:
    world.iam.remove_user_from_group(UserName=member.name, GroupName=group.name)
    world.again(member)
    assert worked(approved).state == Change.State.APPLIED


def test_a_retry_is_measured_from_what_was_there_before_the_change(
    world: World, policy: ManagedPolicy, erin: Operator
) -> None:
    """What the first step took isn't gained by the second, although the mirror no longer has it."""
    user, same = world.user("lee"), world.policy("same-again")
    world.iam.attach_user_policy(UserName=user.name, PolicyArn=policy.arn)
    world.again(user)
    change = propose(world.aws_account, erin, [operations.detach(user, policy.arn), operations.attach(user, same.arn)])
    assert change.measured["access"]["effects"] == []
    world.emulator.rules([{"action": "AttachUserPolicy", "error": {"code": "AccessDenied", "status": 403}}])
    changes.apply(change=change, actor=erin)
    assert [step.state for step in worked(change).steps.all()] == ["done", "failed"]
    world.emulator.rules([])
    changes.retry(change=change, actor=erin)
    assert worked(change).state == Change.State.APPLIED
