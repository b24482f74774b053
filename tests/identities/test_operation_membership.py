from __future__ import annotations

import pytest

from accounts.models import Operator
from identities.models import Membership
from identities.operations import add_member, remove_member
from sync import changes, operations
from sync.models import Change
from tests.services.changing import carry_out, propose
from tests.services.world import World

pytestmark = pytest.mark.django_db


def groups_of(world: World, user: str) -> list[str]:
    return [group["GroupName"] for group in world.iam.list_groups_for_user(UserName=user)["Groups"]]


def test_added_and_removed_again(world: World, erin: Operator) -> None:
    user, group = world.user(), world.group()
    assert carry_out(propose(world.aws_account, erin, [add_member(user, group)]), erin).state == Change.State.APPLIED
    assert groups_of(world, user.name) == [group.name]
    assert Membership.objects.live().get().group == group
    assert carry_out(propose(world.aws_account, erin, [remove_member(user, group)]), erin).state == Change.State.APPLIED
    assert groups_of(world, user.name) == []
    assert not Membership.objects.live().exists()


def test_it_reads_as_a_sentence_and_as_a_command(world: World) -> None:
    spec = add_member(world.user(), world.group())
    operation = operations.registry[spec.kind]
    p = operation.parse(spec.params)
    assert operation.title(p) == "Add lena.fischer to the group analytics"
    (call,) = operation.calls(p)
    assert call.command_line() == "aws iam add-user-to-group --group-name analytics --user-name lena.fischer"
    assert call.resource_arns == ("arn:aws:iam::123456789012:group/analytics",)


def test_adding_a_member_is_refused(world: World, erin: Operator) -> None:
    user, group = world.user(), world.group()
    carry_out(propose(world.aws_account, erin, [add_member(user, group)]), erin)
    with pytest.raises(changes.PlanError, match=r"lena\.fischer is already in the group analytics"):
        propose(world.aws_account, erin, [add_member(user, group)])


def test_removing_who_is_no_member_is_refused(world: World, erin: Operator) -> None:
    with pytest.raises(changes.PlanError, match=r"lena\.fischer is not in the group analytics"):
        propose(world.aws_account, erin, [remove_member(world.user(), world.group())])


def test_an_eleventh_group_is_refused(world: World, erin: Operator) -> None:
    user = world.user()
    groups = [world.group(f"group-{number}") for number in range(11)]
    steps = [add_member(user, group) for group in groups]
    with pytest.raises(changes.PlanError, match=r"Step 11: lena\.fischer is in 10 groups; AWS allows 10"):
        propose(world.aws_account, erin, steps)
    assert propose(world.aws_account, erin, [*steps[:10], remove_member(user, groups[0]), steps[10]]).pk


def test_six_people_join_in_one_change(world: World, erin: Operator) -> None:
    group = world.group("support")
    users = [world.user(f"person-{number}") for number in range(6)]
    change = propose(world.aws_account, erin, [add_member(user, group) for user in users])
    assert carry_out(change, erin).state == Change.State.APPLIED
    assert len(world.iam.get_group(GroupName="support")["Users"]) == 6
    assert Membership.objects.live().filter(group=group).count() == 6


def test_a_user_who_is_gone_is_a_conflict(world: World, erin: Operator) -> None:
    user, group = world.user(), world.group()
    change = propose(world.aws_account, erin, [add_member(user, group)])
    world.iam.delete_user(UserName=user.name)
    change = carry_out(change, erin)
    assert change.state == Change.State.CONFLICTED
    assert "found no such user or group" in change.error["sentence"]
