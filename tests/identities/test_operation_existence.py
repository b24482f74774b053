"""Users and groups that the console makes, and steps that stand on them."""

from __future__ import annotations

import pytest

from accounts.models import Operator
from identities.models import Attachment, IamGroup, IamUser, Membership
from identities.operations import add_member, attach, create_group, create_user
from sync import changes, operations
from sync.models import Change
from tests.services.changing import carry_out, propose
from tests.services.world import World

pytestmark = pytest.mark.django_db


def made_user(world: World, name: str, path: str = "/") -> IamUser:
    """As the forms have it before it exists: ARN and name only."""
    arn = create_user(world.aws_account, name, path).params["arn"]
    return IamUser(aws_account=world.aws_account, arn=arn, name=name)


def test_a_user_is_made_and_mirrored(world: World, erin: Operator) -> None:
    change = carry_out(propose(world.aws_account, erin, [create_user(world.aws_account, "iris", "/apps/")]), erin)
    assert change.state == Change.State.APPLIED
    live = world.iam.get_user(UserName="iris")["User"]
    assert live["Path"] == "/apps/"
    row = IamUser.objects.live().get(name="iris")
    assert row.aws_id == live["UserId"] == change.steps.get().result["id"]


def test_later_steps_stand_on_what_earlier_ones_make(world: World, erin: Operator) -> None:
    group, policy = world.group(), world.policy()
    iris = made_user(world, "iris")
    steps = [create_user(world.aws_account, "iris"), add_member(iris, group), attach(iris, policy.arn)]
    change = propose(world.aws_account, erin, steps)
    assert (change.steps.get(position=2).expects or {})["user"] == "made by step 1"
    assert carry_out(change, erin).state == Change.State.APPLIED
    assert Membership.objects.live().get().user.name == "iris"
    assert Attachment.objects.live().get().user == IamUser.objects.live().get(name="iris")


def test_a_group_and_its_member_are_made_together(world: World, erin: Operator) -> None:
    arn = create_group(world.aws_account, "ops").params["arn"]
    group = IamGroup(aws_account=world.aws_account, arn=arn, name="ops")
    iris = made_user(world, "iris")
    steps = [create_group(world.aws_account, "ops"), create_user(world.aws_account, "iris"), add_member(iris, group)]
    assert carry_out(propose(world.aws_account, erin, steps), erin).state == Change.State.APPLIED
    assert [user["UserName"] for user in world.iam.get_group(GroupName="ops")["Users"]] == ["iris"]


def test_an_object_made_by_somebody_else_meanwhile_is_a_conflict(world: World, erin: Operator) -> None:
    iris, policy = made_user(world, "iris"), world.policy()
    change = propose(world.aws_account, erin, [create_user(world.aws_account, "iris"), attach(iris, policy.arn)])
    world.iam.create_user(UserName="iris")
    change = carry_out(change, erin)
    assert (change.state, change.error["step"]) == (Change.State.CONFLICTED, 1)
    assert world.sent("AttachUserPolicy") == []


def test_what_was_made_isnt_confused_with_one_made_again(world: World, erin: Operator) -> None:
    """Between the steps somebody deletes what we made, and makes another of that name."""
    iris, policy = made_user(world, "iris"), world.policy()
    change = propose(world.aws_account, erin, [create_user(world.aws_account, "iris"), attach(iris, policy.arn)])
    error = {"code": "AccessDenied", "status": 403}
    world.emulator.rules([{"action": "AttachUserPolicy", "error": error}])
    assert carry_out(change, erin).state == Change.State.FAILED
    world.emulator.rules([])
    world.iam.delete_user(UserName="iris")
    world.iam.create_user(UserName="iris")
    changes.retry(change=change, actor=erin)
    changes.work(change.pk)
    change.refresh_from_db()
    assert change.state == Change.State.CONFLICTED


def test_a_plan_that_stopped_goes_on_as_a_new_one(world: World, erin: Operator) -> None:
    iris, policy = made_user(world, "iris"), world.policy()
    change = propose(world.aws_account, erin, [create_user(world.aws_account, "iris"), attach(iris, policy.arn)])
    world.emulator.rules([{"action": "AttachUserPolicy", "error": {"code": "AccessDenied", "status": 403}}])
    change = carry_out(change, erin)
    world.emulator.rules([])
    again = changes.replan(change=change, actor=erin)
    assert (again.steps.get().expects or {})["object"] == IamUser.objects.live().get(name="iris").aws_id
    assert carry_out(again, erin).state == Change.State.APPLIED


def test_a_plan_that_made_nothing_is_planned_again_whole(world: World, erin: Operator) -> None:
    iris, policy = made_user(world, "iris"), world.policy()
    change = propose(world.aws_account, erin, [create_user(world.aws_account, "iris"), attach(iris, policy.arn)])
    world.emulator.rules([{"action": "CreateUser", "error": {"code": "AccessDenied", "status": 403}}])
    change = carry_out(change, erin)
    world.emulator.rules([])
    assert changes.replan(change=change, actor=erin).steps.count() == 2


def test_a_lost_answer_is_adopted(world: World, erin: Operator) -> None:
    world.emulator.rules([{"action": "CreateUser", "when": "after", "truncate": True, "times": 1}])
    change = carry_out(propose(world.aws_account, erin, [create_user(world.aws_account, "iris")]), erin)
    assert change.state == Change.State.APPLIED
    assert len(world.sent("CreateUser")) == 1
    assert change.steps.get().result["id"] == world.iam.get_user(UserName="iris")["User"]["UserId"]


@pytest.mark.parametrize("name", ["", "with space", "x" * 65, "ünal", "a/b c"])
def test_a_name_that_aws_doesnt_take_is_refused(world: World, erin: Operator, name: str) -> None:
    with pytest.raises(changes.PlanError, match=r"isn't the ARN of a user|has 1 to 64"):
        propose(world.aws_account, erin, [create_user(world.aws_account, name)])


def test_a_name_that_is_taken_in_another_case_is_refused(world: World, erin: Operator) -> None:
    world.user("Iris")
    with pytest.raises(changes.PlanError, match="There is a user Iris already"):
        propose(world.aws_account, erin, [create_user(world.aws_account, "iris", "/apps/")])


def test_it_reads_as_a_sentence_and_as_a_command(world: World) -> None:
    spec = create_user(world.aws_account, "iris")
    operation = operations.registry[spec.kind]
    p = operation.parse(spec.params)
    assert operation.title(p) == "Make the user iris"
    assert operation.calls(p)[0].command_line() == "aws iam create-user --user-name iris --path /"
