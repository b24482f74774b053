"""Deleting users, groups and roles with all that hangs on them, and making others like them, as steps of one plan."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Operator
from identities.models import IamGroup, IamRole, IamUser
from identities.operations import attach, clone_role, clone_user, delete_whole, put_inline
from sync import changes
from sync.models import Change
from sync.operations import registry
from tests.identities.operation_cases_principals import filled_profile, found, full_role, tagged_user, without
from tests.services.changing import carry_out, propose
from tests.services.credentials import give_everything, pull
from tests.services.statements import reports_policy
from tests.services.world import World

pytestmark = pytest.mark.django_db
CREDENTIALS = pytest.mark.skipif("iam.key.delete" not in registry, reason="no operations on credentials")


def everything(world: World) -> object:
    """What AWS has of users, groups, roles and instance profiles, but for ids and dates."""
    details = world.iam.get_account_authorization_details(Filter=["User", "Group", "Role"])
    held = {name: details[name] for name in ("UserDetailList", "GroupDetailList", "RoleDetailList")}
    return without(held, "UserId", "GroupId", "RoleId", "CreateDate", "InstanceProfileId", "RoleLastUsed")


def full_user(world: World) -> IamUser:
    user: IamUser = tagged_user(world)
    group, policy = world.group(), world.policy()
    world.iam.add_user_to_group(GroupName=group.name, UserName=user.name)
    world.iam.attach_user_policy(UserName=user.name, PolicyArn=policy.arn)
    world.iam.put_user_policy(UserName=user.name, PolicyName="own", PolicyDocument=reports_policy("s3:Get*"))
    return world.again(user)


def full_group(world: World) -> IamGroup:
    group = world.group()
    world.iam.attach_group_policy(GroupName=group.name, PolicyArn=world.policy().arn)
    user = world.user()
    world.iam.add_user_to_group(GroupName=group.name, UserName=user.name)
    world.again(user)
    return world.again(group)


def profiled_role(world: World) -> IamRole:
    role: IamRole = filled_profile(world)[1]
    world.iam.attach_role_policy(RoleName=role.name, PolicyArn=world.policy().arn)
    return world.again(role)


@pytest.mark.parametrize("arrange", [full_user, full_group, profiled_role])
def test_one_is_deleted_whole_and_all_of_it_comes_back(world: World, erin: Operator, arrange: Any) -> None:
    row = arrange(world)
    before = everything(world)
    change = carry_out(propose(world.aws_account, erin, delete_whole(row)), erin)
    assert change.state == Change.State.APPLIED, change.error
    assert row.arn not in str(everything(world))
    reverse = changes.propose_reverse(change=change, actor=erin, reason="A mistake")
    assert carry_out(reverse, erin).state == Change.State.APPLIED
    assert everything(world) == before


@CREDENTIALS
def test_a_user_with_every_credential_is_deleted(world: World, erin: Operator) -> None:
    give_everything(world.iam, "vera")
    pull(world.aws_account)
    steps = delete_whole(IamUser.objects.live().get(name="vera"))
    change = carry_out(propose(world.aws_account, erin, steps), erin)
    assert change.state == Change.State.APPLIED, change.error
    assert found(world.iam.get_user, UserName="vera") is None
    reverse = changes.propose_reverse(change=change, actor=erin, reason="A mistake")
    assert [step.kind for step in reverse.steps.all()] == ["iam.user.create"]  # no credential comes back


def test_credentials_end_first_and_keys_are_inactive_before_one_is_deleted(world: World) -> None:
    give_everything(world.iam, "vera")
    world.iam.create_access_key(UserName="vera")
    world.group()
    world.iam.add_user_to_group(GroupName="analytics", UserName="vera")
    pull(world.aws_account)
    steps = delete_whole(IamUser.objects.live().get(name="vera"))
    assert [step.kind.removeprefix("iam.") for step in steps] == [
        "key.deactivate",
        "key.deactivate",
        "login.delete",
        "key.delete",
        "key.delete",
        "signing_cert.delete",
        "ssh_key.delete",
        "svc_cred.delete",
        "svc_cred.delete",
        "mfa.deactivate",
        "mfa.delete_virtual",
        "group.remove_user",
        "user.delete",
    ]


def test_planned_again_it_takes_off_what_came_meanwhile(world: World, erin: Operator) -> None:
    user, policy = world.user(), world.policy()
    change = propose(world.aws_account, erin, delete_whole(user))
    world.iam.attach_user_policy(UserName=user.name, PolicyArn=policy.arn)
    change = carry_out(change, erin)
    assert change.state == Change.State.CONFLICTED
    again = changes.replan(change=change, actor=erin)
    assert [step.kind for step in again.steps.all()] == ["iam.user.detach", "iam.user.delete"]
    assert carry_out(again, erin).state == Change.State.APPLIED


def test_a_user_is_made_like_another(world: World, erin: Operator) -> None:
    user = full_user(world)
    steps = clone_user(user, "kim.lee", "/people/")
    assert carry_out(propose(world.aws_account, erin, steps), erin).state == Change.State.APPLIED
    details: Any = everything(world)
    old, new = sorted(details["UserDetailList"], key=lambda each: each["UserName"], reverse=True)
    assert new["Arn"].endswith(":user/people/kim.lee")
    assert without(old, "UserName", "Arn", "Path") == without(new, "UserName", "Arn", "Path")


def test_a_role_is_made_like_another(world: World, erin: Operator) -> None:
    role = full_role(world).row
    pull(world.aws_account, "iam.details", "iam.role_settings")
    role.refresh_from_db()
    policy = world.policy()
    grant = [attach(role, policy.arn), put_inline(role, "own", reports_policy("s3:Get*"))]
    carry_out(propose(world.aws_account, erin, grant), erin)
    steps = clone_role(role, "reports-importer", "/")
    assert carry_out(propose(world.aws_account, erin, steps), erin).state == Change.State.APPLIED
    old, new = (found(world.iam.get_role, RoleName=name)["Role"] for name in (role.name, "reports-importer"))
    assert without(old, "RoleName", "Arn") == without(new, "RoleName", "Arn")
    listed = world.iam.list_attached_role_policies(RoleName="reports-importer")["AttachedPolicies"]
    assert [each["PolicyArn"] for each in listed] == [policy.arn]
    assert world.iam.list_role_policies(RoleName="reports-importer")["PolicyNames"] == ["own"]
