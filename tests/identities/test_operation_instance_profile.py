"""Instance profiles take one role."""

from __future__ import annotations

import pytest

from accounts.models import Operator
from identities.operations import add_role, create_profile, create_role, put_role
from sync import changes
from sync.models import Change
from sync.operations import StepSpec
from tests.identities.operation_cases_principals import filled_profile
from tests.services.changing import carry_out, propose
from tests.services.world import TRUST, World

pytestmark = pytest.mark.django_db


def test_a_second_role_is_refused(world: World, erin: Operator) -> None:
    profile, _ = filled_profile(world)
    with pytest.raises(changes.PlanError, match="The role reports-exporter is in the instance profile web"):
        propose(world.aws_account, erin, [add_role(profile, world.role("web-server"))])


def test_another_role_takes_its_place(world: World, erin: Operator) -> None:
    profile, _ = filled_profile(world)
    steps = put_role(profile, world.role("web-server"))
    assert carry_out(propose(world.aws_account, erin, steps), erin).state == Change.State.APPLIED
    [role] = world.iam.get_instance_profile(InstanceProfileName="web")["InstanceProfile"]["Roles"]
    assert role["RoleName"] == "web-server"
    profile.refresh_from_db()
    assert profile.role.name == "web-server"


def test_a_role_put_in_meanwhile_is_a_conflict(world: World, erin: Operator) -> None:
    profile, role = filled_profile(world)
    change = propose(world.aws_account, erin, put_role(profile, world.role("web-server")))
    world.iam.remove_role_from_instance_profile(InstanceProfileName="web", RoleName=role.name)
    assert carry_out(change, erin).state == Change.State.CONFLICTED


def test_both_are_made_together(world: World, erin: Operator) -> None:
    steps = [create_role(world.aws_account, "web", TRUST), create_profile(world.aws_account, "web")]
    arns = {"role_arn": steps[0].params["arn"], "profile_arn": steps[1].params["arn"]}
    steps.append(StepSpec("iam.instance_profile.add_role", arns))
    assert carry_out(propose(world.aws_account, erin, steps), erin).state == Change.State.APPLIED
    [role] = world.iam.get_instance_profile(InstanceProfileName="web")["InstanceProfile"]["Roles"]
    assert role["RoleName"] == "web"
