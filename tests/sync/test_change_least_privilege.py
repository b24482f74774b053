"""The worker writes as the write role, cut down to the plan: both are enough for every operation, and no more."""

from __future__ import annotations

import json

import pytest

from accounts.models import AwsAccount, Operator
from identities.operations import add_member, attach, detach
from policies.operations import plan_update
from sync.aws.permission import console_role_policy, console_role_trust
from sync.models import Change
from sync.operations import StepSpec
from tests.conftest import ACCOUNT_ID
from tests.services.changing import carry_out, propose
from tests.services.statements import reports_policy
from tests.services.world import World

pytestmark = pytest.mark.django_db

EXTERNAL_ID = "from-the-console"


@pytest.fixture
def steps(world: World) -> list[StepSpec]:
    policy, group, user, role = world.policy(versions=5), world.group(), world.user(), world.role()
    world.iam.attach_group_policy(GroupName=group.name, PolicyArn=policy.arn)
    return [
        *plan_update(policy, reports_policy("s3:GetObject")),
        attach(role, policy.arn),
        attach(user, policy.arn),
        detach(world.again(group), policy.arn),
        add_member(user, group),
        StepSpec("iam.policy.set_default", {"policy_arn": policy.arn, "version": "v3"}),
    ]


@pytest.fixture
def with_write_role(world: World) -> AwsAccount:
    """IAM is enforced, and the console has nothing but its role to write, as `console_role` prints it."""
    trust = console_role_trust("write", principal_arn=f"arn:aws:iam::{ACCOUNT_ID}:root", external_id=EXTERNAL_ID)
    role = world.iam.create_role(RoleName="console-write", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    world.iam.put_role_policy(
        RoleName="console-write", PolicyName="console", PolicyDocument=json.dumps(console_role_policy("write"))
    )
    aws_account = world.aws_account
    aws_account.connection = AwsAccount.Connection.ASSUME_ROLE
    aws_account.write_role_arn, aws_account.external_id = role["Arn"], EXTERNAL_ID
    aws_account.save()
    world.emulator.enforce_iam()
    return aws_account


def test_every_operation_works_as_the_write_role(
    steps: list[StepSpec], with_write_role: AwsAccount, erin: Operator
) -> None:
    change = carry_out(propose(with_write_role, erin, steps), erin)
    assert change.state == Change.State.APPLIED, change.error


def test_the_session_names_the_operator_and_is_cut_down_to_the_plan(
    world: World, steps: list[StepSpec], with_write_role: AwsAccount, erin: Operator
) -> None:
    change = carry_out(propose(with_write_role, erin, steps[:1]), erin)
    (assumed,) = world.emulator.calls("AssumeRole")
    assert assumed["params"]["SourceIdentity"] == erin.email
    assert assumed["params"]["RoleSessionName"] == f"change-{change.pk}-{erin.email}"
    writing, reading = json.loads(assumed["params"]["Policy"])["Statement"]
    assert writing["Action"] == ["iam:DeletePolicyVersion"]
    assert writing["Resource"] == [f"arn:aws:iam::{ACCOUNT_ID}:policy/reports-write"]
    assert reading["Action"] == ["iam:Get*", "iam:List*"]
