"""Renaming users and groups: the same object under another name, and what goes by the old one."""

from __future__ import annotations

import json

import pytest

from accounts.models import Operator
from identities.models import IamUser, Membership
from identities.operations import attach, put_inline, rename
from sync import changes, operations
from sync.models import Change
from tests.services.changing import carry_out, propose
from tests.services.statements import reports_policy, trusting
from tests.services.world import World

pytestmark = pytest.mark.django_db


def test_the_row_keeps_its_id_and_what_it_has(world: World, erin: Operator) -> None:
    user, policy = world.user(), world.policy()
    world.iam.attach_user_policy(UserName=user.name, PolicyArn=policy.arn)
    change = carry_out(propose(world.aws_account, erin, [rename(world.again(user), "lena.brandt", "/")]), erin)
    assert change.state == Change.State.APPLIED
    renamed = IamUser.objects.get()  # no second row
    assert (renamed.aws_id, renamed.name, renamed.gone_at) == (user.aws_id, "lena.brandt", None)
    assert renamed.attachments.live().get().arn == policy.arn


def test_a_groups_members_stay(world: World, erin: Operator) -> None:
    user, group = world.user(), world.group()
    world.iam.add_user_to_group(GroupName=group.name, UserName=user.name)
    world.again(user)
    carry_out(propose(world.aws_account, erin, [rename(group, "insights", "/")]), erin)
    assert Membership.objects.live().get().group.name == "insights"


def test_a_lost_answer_is_adopted(world: World, erin: Operator) -> None:
    change = propose(world.aws_account, erin, [rename(world.user(), "lena.brandt", "/")])
    world.emulator.rules([{"action": "UpdateUser", "when": "after", "truncate": True, "times": 1}])
    assert carry_out(change, erin).state == Change.State.APPLIED
    assert len(world.sent("UpdateUser")) == 1


@pytest.mark.parametrize("name", ["lena.brandt", "lena.wolf"])
def test_a_name_taken_meanwhile_or_another_given_is_a_conflict(world: World, erin: Operator, name: str) -> None:
    user = world.user()
    change = propose(world.aws_account, erin, [rename(user, "lena.brandt", "/")])
    if name == "lena.brandt":
        world.iam.create_user(UserName=name)
    else:
        world.iam.update_user(UserName=user.name, NewUserName=name)
    world.emulator.forget_calls()
    assert carry_out(change, erin).state == Change.State.CONFLICTED
    assert world.sent("UpdateUser") == []


def test_after_a_conflict_the_row_is_still_there(world: World, erin: Operator) -> None:
    user = world.user()
    change = propose(world.aws_account, erin, [rename(user, "lena.brandt", "/")])
    world.iam.create_user(UserName="lena.brandt")
    carry_out(change, erin)
    assert IamUser.objects.live().get(aws_id=user.aws_id).name == user.name


def test_the_plan_says_what_goes_by_the_old_name(world: World, erin: Operator) -> None:
    user, role, policy = world.user(), world.role(), world.policy()
    naming = json.loads(reports_policy("iam:GetUser"))
    naming["Statement"][0]["Resource"] = user.arn
    own = reports_policy("s3:GetObject").replace("acme-reports", "acme-${aws:username}")
    world.iam.put_role_policy(RoleName=role.name, PolicyName="may-read-lena", PolicyDocument=json.dumps(naming))
    world.iam.update_assume_role_policy(RoleName=role.name, PolicyDocument=trusting({"AWS": user.arn}))
    world.again(role)
    carry_out(propose(world.aws_account, erin, [put_inline(user, "home", own), attach(user, policy.arn)]), erin)
    change = propose(world.aws_account, erin, [rename(user, "lena.brandt", "/")])
    said = {finding["code"]: finding["message"] for finding in change.findings}
    assert said["ARN_IS_NAMED"].startswith("may-read-lena names its ARN")
    assert said["TRUST_FOLLOWS"] == "AWS itself writes the new ARN in the trust of reports-exporter."
    assert said["GOES_BY_USER_NAME"].startswith("home goes by aws:username")


@pytest.mark.parametrize(
    ("name", "path", "sentence"),
    [
        ("lena.fischer", "/", "the path of the user lena.fischer already"),
        ("KIM", "/", "There is a user kim already"),
        ("with space", "/", "has 1 to 64 letters"),
    ],
)
def test_what_cant_be_is_refused(world: World, erin: Operator, name: str, path: str, sentence: str) -> None:
    user = world.user()
    world.user("kim")
    with pytest.raises(changes.PlanError, match=sentence):
        propose(world.aws_account, erin, [rename(user, name, path)])


@pytest.mark.parametrize(
    ("name", "path", "title", "line"),
    [
        ("lena.brandt", "/", "Rename the user lena.fischer to lena.brandt", "--new-user-name lena.brandt"),
        ("lena.fischer", "/people/", "Move the user lena.fischer to the path /people/", "--new-path /people/"),
    ],
)
def test_it_reads_as_a_sentence_and_as_a_command(world: World, name: str, path: str, title: str, line: str) -> None:
    spec = rename(world.user(), name, path)
    operation = operations.registry[spec.kind]
    p = operation.parse(spec.params)
    assert operation.title(p) == title
    assert operation.calls(p)[0].command_line() == f"aws iam update-user --user-name lena.fischer {line}"
