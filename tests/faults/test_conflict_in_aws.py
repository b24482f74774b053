"""AWS moved on between the plan and its apply: nothing is sent, and the plan is made again on what is there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Operator
from identities.operations import attach, detach
from policies.models import ManagedPolicy
from policies.operations import plan_update
from sync import changes
from sync.models import Change, Revision, Step
from tests.services.changing import carry_out, lines, propose, worked
from tests.services.pages import address, get, text_of
from tests.services.statements import reports_policy
from tests.services.world import World

pytestmark = pytest.mark.django_db

OURS = reports_policy("s3:GetObject")


def somebody_elses_version(world: World, arn: str) -> None:
    world.iam.create_policy_version(PolicyArn=arn, PolicyDocument=reports_policy("s3:DeleteObject"), SetAsDefault=True)
    world.emulator.forget_calls()


@pytest.fixture
def conflicted(world: World, erin: Operator) -> Change:
    policy = world.policy()
    change = propose(world.aws_account, erin, plan_update(policy, OURS))
    somebody_elses_version(world, policy.arn)
    return carry_out(change, erin)


def test_a_policy_changed_meanwhile_is_a_conflict(world: World, conflicted: Change) -> None:
    assert conflicted.state == Change.State.CONFLICTED
    step = conflicted.steps.get()
    assert step.state == Step.State.CONFLICTED
    assert step.error["sentence"] == (
        "It was changed in AWS since the plan was made, so nothing was sent: "
        "expected v1 in force, found v2 in force, beside v1."
    )
    assert step.error["live"]["versions"] == ["v1", "v2"]
    assert world.emulator.calls("CreatePolicyVersion") == []


def test_what_was_found_is_mirrored_as_somebody_elses(world: World, conflicted: Change) -> None:
    revision = Revision.objects.filter(facet__kind="iam.policy").first()
    assert revision is not None
    assert (revision.origin, revision.step) == (Revision.Origin.OUTSIDE, None)
    assert "v2" in revision.content["versions"]


def test_it_is_planned_again_on_what_is_there(world: World, conflicted: Change, erin: Operator) -> None:
    again = changes.replan(change=conflicted, actor=erin)
    step = again.steps.get()
    assert step.params["document"] == OURS
    assert step.params["version"] == "v3"
    assert step.expects == {"policy": ManagedPolicy.objects.get().aws_id, "default": "v2", "versions": ["v1", "v2"]}
    conflicted.refresh_from_db()
    assert conflicted.state == Change.State.CANCELLED
    assert carry_out(again, erin).state == Change.State.APPLIED
    assert world.default(ManagedPolicy.objects.get()) == "v3"


def test_its_page_shows_base_ours_and_live_and_plans_again(
    world: World, conflicted: Change, erin: Operator, client_of: Callable[..., Client]
) -> None:
    client, policy = client_of(erin), ManagedPolicy.objects.get()
    text = text_of(get(client, "change", pk=str(conflicted.pk)))
    base, ours, live = (
        text.index(words) for words in ("Base when", "Ours this change, Erin", "Live in AWS: v2 in force")
    )
    assert '"s3:Action1"' in text[base:ours]
    assert 'Added: "s3:GetObject"' in text[ours:live]
    assert 'Added: "s3:DeleteObject"' in text[live:]
    answer = client.post(address("change_replan", pk=str(conflicted.pk)))
    again = Change.objects.latest("pk")
    assert answer["Location"] == address("change", pk=str(again.pk))
    assert again.state == Change.State.PROPOSED
    assert "v2 in force" in text_of(get(client, "change", pk=str(again.pk)))
    assert carry_out(again, erin).state == Change.State.APPLIED
    assert "s3:GetObject" in world.versions(policy)[world.default(policy)]


def test_planned_again_it_makes_room_where_it_now_must(world: World, erin: Operator) -> None:
    policy = world.policy(versions=4)
    change = propose(world.aws_account, erin, plan_update(policy, OURS))
    somebody_elses_version(world, policy.arn)
    again = changes.replan(change=carry_out(change, erin), actor=erin)
    assert [step.kind for step in again.steps.all()] == ["iam.policy.delete_version", "iam.policy.update"]


def test_a_policy_deleted_and_made_again_is_another_one(world: World, erin: Operator) -> None:
    policy = world.policy()
    change = propose(world.aws_account, erin, plan_update(policy, OURS))
    world.iam.delete_policy(PolicyArn=policy.arn)
    world.iam.create_policy(PolicyName=policy.name, PolicyDocument=reports_policy("s3:Action1"))
    assert carry_out(change, erin).state == Change.State.CONFLICTED
    assert world.emulator.calls("CreatePolicyVersion") == []


def test_a_policy_that_is_gone_is_a_conflict(world: World, erin: Operator) -> None:
    policy = world.policy()
    change = propose(world.aws_account, erin, plan_update(policy, OURS))
    world.iam.delete_policy(PolicyArn=policy.arn)
    change = carry_out(change, erin)
    assert change.state == Change.State.CONFLICTED
    assert "found no such policy" in change.error["sentence"]


def test_what_somebody_else_did_first_isnt_taken_for_ours(world: World, erin: Operator) -> None:
    role, policy = world.role(), world.policy()
    change = propose(world.aws_account, erin, [attach(role, policy.arn)])
    world.iam.attach_role_policy(RoleName=role.name, PolicyArn=policy.arn)
    world.emulator.forget_calls()
    change = carry_out(change, erin)
    assert (change.state, world.sent("AttachRolePolicy")) == (Change.State.CONFLICTED, [])
    with pytest.raises(changes.PlanError, match="AWS has it so already"):
        changes.replan(change=change, actor=erin)


def test_what_moves_between_our_look_and_our_call_is_a_conflict_too(world: World, erin: Operator) -> None:
    role, policy = world.role(), world.policy()
    world.iam.attach_role_policy(RoleName=role.name, PolicyArn=policy.arn)
    change = propose(world.aws_account, erin, [detach(world.again(role), policy.arn)])
    error = {"code": "NoSuchEntity", "status": 404, "message": "Policy was not found."}
    world.emulator.rules([{"action": "DetachRolePolicy", "error": error}])
    assert carry_out(change, erin).state == Change.State.CONFLICTED


def test_of_two_proposals_on_one_policy_the_second_conflicts(world: World, erin: Operator, alice: Operator) -> None:
    policy = world.policy()
    first = propose(world.aws_account, erin, plan_update(policy, OURS))
    second = propose(world.aws_account, alice, plan_update(policy, reports_policy("s3:PutObject")))
    assert carry_out(first, erin).state == Change.State.APPLIED
    assert carry_out(second, alice).state == Change.State.CONFLICTED
    assert len(world.sent("CreatePolicyVersion")) == 1


def test_a_second_change_of_one_policy_waits_for_the_first(world: World, erin: Operator, alice: Operator) -> None:
    policy, role = world.policy(), world.role()
    first = propose(world.aws_account, erin, plan_update(policy, OURS))
    changes.apply(change=first, actor=erin)
    first.leases.create(aws_account=world.aws_account, object_key=f"iam.policy:{policy.arn}")
    second = propose(
        world.aws_account, alice, [attach(role, policy.arn), *plan_update(policy, reports_policy("s3:Put"))]
    )
    second = carry_out(second, alice)
    assert second.state == Change.State.WAITING
    assert lines(second)[-1] == f"Waits for change {first.pk}."
    assert not second.leases.exists()
    assert worked(first).state == Change.State.APPLIED
    assert worked(second).state == Change.State.CONFLICTED
    assert second.steps.get(position=1).state == Step.State.DONE
