from __future__ import annotations

import pytest

from accounts.models import Operator
from identities.operations import add_member, attach
from policies.operations import plan_set_default, plan_update
from sync import changes
from sync.models import Change
from tests.services.changing import carry_out, propose
from tests.services.statements import reports_policy
from tests.services.world import World

pytestmark = pytest.mark.django_db


def reverse(change: Change, actor: Operator) -> Change:
    return changes.propose_reverse(change=change, actor=actor, reason="It was wrong.")


def test_an_edit_is_reversed_to_the_version_before(world: World, erin: Operator) -> None:
    policy = world.policy()
    done = carry_out(propose(world.aws_account, erin, plan_update(policy, reports_policy("s3:GetObject"))), erin)
    back = reverse(done, erin)
    assert back.reverses == done
    assert [step.kind for step in back.steps.all()] == ["iam.policy.set_default", "iam.policy.delete_version"]
    assert carry_out(back, erin).state == Change.State.APPLIED
    assert (world.default(policy), list(world.versions(policy))) == ("v1", ["v1"])


def test_a_version_deleted_to_make_room_comes_back_under_a_new_number(world: World, erin: Operator) -> None:
    policy = world.policy(versions=5)
    done = carry_out(propose(world.aws_account, erin, plan_update(policy, reports_policy("s3:GetObject"))), erin)
    assert carry_out(reverse(done, erin), erin).state == Change.State.APPLIED
    versions = world.versions(policy)
    assert world.default(policy) == "v5"
    assert sorted(versions) == ["v2", "v3", "v4", "v5", "v7"]
    assert "s3:Action1" in versions["v7"]


def test_steps_are_reversed_in_the_opposite_order(world: World, erin: Operator) -> None:
    role, user, group, policy = world.role(), world.user(), world.group(), world.policy()
    done = carry_out(propose(world.aws_account, erin, [attach(role, policy.arn), add_member(user, group)]), erin)
    back = reverse(done, erin)
    assert [step.kind for step in back.steps.all()] == ["iam.group.remove_user", "iam.role.detach"]
    assert carry_out(back, erin).state == Change.State.APPLIED
    assert world.attached(role) == []


def test_only_what_was_done_is_reversed(world: World, erin: Operator) -> None:
    role, policy = world.role(), world.policy()
    error = {"code": "LimitExceeded", "status": 409, "message": "Cannot exceed quota."}
    world.emulator.rules([{"action": "CreatePolicyVersion", "error": error}])
    steps = [attach(role, policy.arn), *plan_update(policy, reports_policy("s3:GetObject"))]
    failed = carry_out(propose(world.aws_account, erin, steps), erin)
    assert failed.state == Change.State.FAILED
    assert [step.kind for step in reverse(failed, erin).steps.all()] == ["iam.role.detach"]


def test_a_reverse_can_be_reversed(world: World, erin: Operator) -> None:
    policy = world.policy(versions=2)
    done = carry_out(propose(world.aws_account, erin, plan_set_default(policy, "v1")), erin)
    back = carry_out(reverse(done, erin), erin)
    assert world.default(policy) == "v2"
    carry_out(reverse(back, erin), erin)
    assert world.default(policy) == "v1"


def test_nothing_done_is_nothing_to_reverse(world: World, erin: Operator) -> None:
    change = propose(world.aws_account, erin, plan_update(world.policy(), reports_policy("s3:GetObject")))
    with pytest.raises(changes.PlanError, match="can't be reversed: it is proposed"):
        reverse(change, erin)


def test_who_may_not_propose_may_not_reverse(world: World, erin: Operator, bob: Operator) -> None:
    policy = world.policy()
    done = carry_out(propose(world.aws_account, erin, plan_update(policy, reports_policy("s3:GetObject"))), erin)
    with pytest.raises(changes.PlanError, match="may not reverse"):
        reverse(done, bob)
