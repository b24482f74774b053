from __future__ import annotations

import pytest

from accounts.models import Operator
from identities.models import Attachment, IamGroup, IamRole, IamUser, Principal
from identities.operations import attach, detach
from policies.models import ManagedPolicy
from sync import operations
from sync.models import Change
from tests.services.changing import carry_out, propose, refusal
from tests.services.world import TRUST, World

pytestmark = pytest.mark.django_db

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture(params=["user", "group", "role"])
def owner(request: pytest.FixtureRequest, world: World) -> Principal:
    made: IamUser | IamGroup | IamRole = getattr(world, request.param)()
    return made


def listed(world: World, owner: Principal) -> list[str]:
    word = owner.kind.removeprefix("iam.")
    answer = getattr(world.iam, f"list_attached_{word}_policies")(**{f"{word.title()}Name": owner.name})
    return [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]


def test_attached_and_detached_again(world: World, owner: Principal, erin: Operator) -> None:
    policy = world.policy()
    assert carry_out(propose(world.aws_account, erin, [attach(owner, policy.arn)]), erin).state == Change.State.APPLIED
    assert listed(world, owner) == [policy.arn]
    assert Attachment.objects.live().get().policy == policy
    policy.refresh_from_db()
    assert policy.attachment_count == 1
    assert carry_out(propose(world.aws_account, erin, [detach(owner, policy.arn)]), erin).state == Change.State.APPLIED
    assert listed(world, owner) == []
    assert not Attachment.objects.live().exists()


def test_it_reads_as_a_sentence_and_as_a_command(world: World) -> None:
    role, policy = world.role(path="/exports/"), world.policy()
    spec = attach(role, policy.arn)
    operation = operations.registry[spec.kind]
    p = operation.parse(spec.params)
    assert operation.title(p) == "Attach reports-write to the role reports-exporter"
    (call,) = operation.calls(p)
    assert call.command_line() == (f"aws iam attach-role-policy --role-name reports-exporter --policy-arn {policy.arn}")
    assert call.resource_arns == ("arn:aws:iam::123456789012:role/exports/reports-exporter",)


def test_attaching_twice_is_refused(world: World, owner: Principal, erin: Operator) -> None:
    policy = world.policy()
    carry_out(propose(world.aws_account, erin, [attach(owner, policy.arn)]), erin)
    assert refusal(world, erin, attach(owner, policy.arn)).endswith("already.")


def test_detaching_what_isnt_attached_is_refused(world: World, owner: Principal, erin: Operator) -> None:
    assert "isn't attached to" in refusal(world, erin, detach(owner, world.policy().arn))


@pytest.mark.parametrize("path", ["/aws-service-role/lambda.amazonaws.com/", "/aws-reserved/sso.amazonaws.com/"])
def test_a_role_of_an_aws_service_is_refused(path: str, world: World, erin: Operator) -> None:
    role, policy = world.role(path=path), world.policy()
    assert "belongs to an AWS service" in refusal(world, erin, attach(role, policy.arn))


def test_an_eleventh_policy_of_a_group_is_refused(world: World, erin: Operator) -> None:
    group = world.group()
    policies = [world.policy(f"policy-{number}") for number in range(11)]
    steps = [attach(group, policy.arn) for policy in policies]
    assert "10 policies are attached to the group analytics; AWS allows 10" in refusal(world, erin, *steps)
    freed = [*steps[:10], detach(group, policies[0].arn), steps[10]]
    assert propose(world.aws_account, erin, freed).steps.count() == 12


def test_a_policy_of_aws_that_was_attached_nowhere_comes_into_the_mirror(world: World, erin: Operator) -> None:
    role = world.role()
    assert carry_out(propose(world.aws_account, erin, [attach(role, READ_ONLY)]), erin).state == Change.State.APPLIED
    assert Attachment.objects.live().get().policy == ManagedPolicy.objects.get(arn=READ_ONLY)


def test_a_role_made_again_under_its_name_is_another_one(world: World, erin: Operator) -> None:
    role, policy = world.role(), world.policy()
    change = propose(world.aws_account, erin, [attach(role, policy.arn)])
    world.iam.delete_role(RoleName=role.name)
    world.iam.create_role(RoleName=role.name, AssumeRolePolicyDocument=TRUST)
    assert carry_out(change, erin).state == Change.State.CONFLICTED
    assert world.sent("AttachRolePolicy") == []
