"""AWS's answer is lost, refused or late: what happens to the step, and how often AWS is asked to do it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AwsAccount, Operator
from identities.operations import attach
from policies.operations import plan_update
from sync import changes, operations
from sync.models import Attempt, Change, Step
from sync.operations import Guarantee, StepResult
from tests.services.changing import carry_out, lines, propose, worked
from tests.services.statements import reports_policy
from tests.services.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def impatient(settings: Any) -> None:
    settings.VERIFY_DEADLINE_S = 0.3


@pytest.fixture
def change(world: World, erin: Operator) -> Change:
    return propose(world.aws_account, erin, plan_update(world.policy(), reports_policy("s3:GetObject")))


def outcomes(change: Change) -> list[str]:
    return list(Attempt.objects.filter(step__change=change).order_by("pk").values_list("outcome", flat=True))


def test_a_version_whose_answer_was_lost_is_adopted(world: World, change: Change, erin: Operator) -> None:
    world.emulator.rules([{"action": "CreatePolicyVersion", "when": "after", "truncate": True, "times": 1}])
    change = carry_out(change, erin)
    assert change.state == Change.State.APPLIED
    assert len(world.sent("CreatePolicyVersion")) == 1
    assert outcomes(change) == ["unknown", "already_done"]
    assert change.steps.get().result == {"version": "v2"}


def test_a_version_that_was_not_made_is_made(world: World, change: Change, erin: Operator) -> None:
    error = {"code": "ServiceFailure", "status": 500}
    world.emulator.rules([{"action": "CreatePolicyVersion", "when": "before", "error": error, "times": 1}])
    change = carry_out(change, erin)
    assert change.state == Change.State.APPLIED
    assert len(world.sent("CreatePolicyVersion")) == 1
    assert outcomes(change) == ["unknown", "done"]


def test_who_never_gets_an_answer_asks_the_operator(world: World, change: Change, erin: Operator) -> None:
    world.emulator.rules([{"action": "CreatePolicyVersion", "error": {"code": "ServiceFailure", "status": 500}}])
    change = carry_out(change, erin)
    assert change.state == Change.State.UNKNOWN
    assert "no clear answer" in change.error["sentence"]
    world.emulator.rules([])
    changes.retry(change=change, actor=erin)
    assert worked(change).state == Change.State.APPLIED
    assert len(world.sent("CreatePolicyVersion")) == 1


def test_a_lost_look_after_a_lost_answer_is_still_unknown(world: World, change: Change, erin: Operator) -> None:
    fault = {"code": "ServiceFailure", "status": 500}
    world.emulator.rules(
        [
            {"action": "CreatePolicyVersion", "when": "after", "truncate": True, "times": 1},
            {"action": "GetPolicyVersion", "error": fault},
        ]
    )
    change = carry_out(change, erin)
    assert (change.state, change.steps.get().state) == (Change.State.UNKNOWN, Step.State.UNKNOWN)
    world.emulator.rules([])
    changes.retry(change=change, actor=erin)
    assert worked(change).steps.get().state == Step.State.ALREADY_DONE
    assert len(world.sent("CreatePolicyVersion")) == 1


def test_a_version_that_shows_late_is_not_made_twice(
    world: World, change: Change, erin: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IAM is eventually consistent: the first look after a lost answer may miss what was done."""
    operation = operations.registry["iam.policy.update"]
    stale = change.steps.get().expects
    looks = iter([stale] * 3)
    live = operation.live
    monkeypatch.setattr(operation, "live", lambda client, p: next(looks, None) or live(client, p))
    world.emulator.rules([{"action": "CreatePolicyVersion", "when": "after", "truncate": True, "times": 1}])
    assert carry_out(change, erin).state == Change.State.APPLIED
    assert len(world.sent("CreatePolicyVersion")) == 1


def test_a_step_of_unknown_outcome_doesnt_stand_in_its_own_way(world: World, erin: Operator) -> None:
    """A pull has seen what it did, so the group is full: the limits must not say so of this very step."""
    world.summary(AttachedPoliciesPerGroupQuota=1)
    group, role, policy = world.group(), world.role(), world.policy()
    change = propose(world.aws_account, erin, [attach(group, policy.arn), attach(role, policy.arn)])
    changes.apply(change=change, actor=erin)
    step = change.steps.get(position=1)
    step.attempts.create(number=1, snapshot={"part": step.expects})  # a worker died over it
    world.iam.attach_group_policy(GroupName=group.name, PolicyArn=policy.arn)
    world.again(group)
    assert worked(change).state == Change.State.APPLIED
    assert world.emulator.calls("AttachGroupPolicy") == []


def test_a_write_that_doesnt_show_yet_is_done_and_said_so(world: World, change: Change, erin: Operator) -> None:
    throttled = {"code": "ServiceFailure", "status": 500}
    world.emulator.rules([{"action": "GetPolicyVersion", "error": throttled}])
    change = carry_out(change, erin)
    assert change.state == Change.State.APPLIED
    assert change.steps.get().result == {"version": "v2", "visible": False}
    assert "Step 1: accepted by AWS, not yet visible." in lines(change)


def test_throttling_is_waited_out_by_the_door(world: World, change: Change, erin: Operator) -> None:
    throttled = {"code": "Throttling", "status": 400}
    world.emulator.rules([{"action": "CreatePolicyVersion", "error": throttled, "times": 2}])
    assert carry_out(change, erin).state == Change.State.APPLIED
    assert outcomes(change) == ["done"]


def test_lasting_throttling_fails_and_can_be_retried(world: World, change: Change, erin: Operator) -> None:
    world.emulator.rules([{"action": "CreatePolicyVersion", "error": {"code": "Throttling", "status": 400}}])
    change = carry_out(change, erin)
    assert (change.state, change.error["class"]) == (Change.State.FAILED, "ThrottlingError")
    world.emulator.rules([])
    changes.retry(change=change, actor=erin)
    assert worked(change).state == Change.State.APPLIED
    assert outcomes(change) == ["failed", "done"]


def test_a_denial_names_the_permission(world: World, erin: Operator) -> None:
    role, policy = world.role(), world.policy()
    message = (
        "User: arn:aws:iam::123456789012:user/console is not authorized to perform: iam:AttachRolePolicy on resource: "
        f"role {role.name} because no identity-based policy allows the iam:AttachRolePolicy action"
    )
    error = {"code": "AccessDenied", "status": 403, "message": message}
    world.emulator.rules([{"action": "AttachRolePolicy", "error": error}])
    steps = [*plan_update(policy, reports_policy("s3:GetObject")), attach(role, policy.arn)]
    change = carry_out(propose(world.aws_account, erin, steps), erin)
    assert change.state == Change.State.FAILED
    assert change.error["step"] == 2
    assert "iam:AttachRolePolicy" in change.error["sentence"]
    assert change.error["statement"]["Action"] == "iam:AttachRolePolicy"
    assert change.error["request_id"]
    assert [step.state for step in change.steps.all()] == [Step.State.DONE, Step.State.FAILED]


def test_a_failure_leaves_the_rest_unsent(world: World, erin: Operator) -> None:
    policy, role = world.policy(), world.role()
    message = "Syntax errors in policy."
    error = {"code": "MalformedPolicyDocument", "status": 400, "message": message}
    world.emulator.rules([{"action": "CreatePolicyVersion", "error": error}])
    steps = [*plan_update(policy, reports_policy("s3:GetObject")), attach(role, policy.arn)]
    change = carry_out(propose(world.aws_account, erin, steps), erin)
    assert (change.state, change.error["class"], change.error["words"]) == (
        Change.State.FAILED,
        "InvalidRequestError",
        message,
    )
    assert change.steps.get(position=2).state == Step.State.PENDING
    assert world.sent("AttachRolePolicy") == []


def test_a_door_that_doesnt_open_fails_before_any_step(world: World, change: Change, erin: Operator) -> None:
    error = {"code": "InvalidClientTokenId", "status": 403, "message": "The security token is invalid."}
    world.emulator.rules([{"action": "GetCallerIdentity", "error": error}])
    change = carry_out(change, erin)
    assert (change.state, change.error["class"]) == (Change.State.FAILED, "CredentialsWrong")
    assert not Attempt.objects.exists()


def test_writes_turned_off_meanwhile(world: World, change: Change, erin: Operator) -> None:
    changes.apply(change=change, actor=erin)
    AwsAccount.objects.update(writes_enabled=False)
    change = worked(change)
    assert (change.state, "read-only" in change.error["sentence"]) == (Change.State.FAILED, True)
    assert world.emulator.calls("CreatePolicyVersion") == []


def test_a_fault_of_the_console_leaves_the_step_unknown(
    world: World, change: Change, erin: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise KeyError("PolicyVersion")

    operation = operations.registry["iam.policy.update"]
    monkeypatch.setattr(operation, "result", broken)
    change = carry_out(change, erin)
    assert (change.state, change.steps.get().state) == (Change.State.UNKNOWN, Step.State.UNKNOWN)
    monkeypatch.undo()
    changes.retry(change=change, actor=erin)
    assert worked(change).state == Change.State.APPLIED
    assert len(world.sent("CreatePolicyVersion")) == 1


def test_what_cant_be_seen_from_outside_is_sent_once_and_asks(
    world: World, erin: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operation that is at most once: a lost answer is never repaired by sending again."""
    operation = operations.registry["iam.role.attach"]
    monkeypatch.setattr(operation, "guarantee", Guarantee.AT_MOST_ONCE)
    role, policy = world.role(), world.policy()
    change = propose(world.aws_account, erin, [attach(role, policy.arn)])
    error = {"code": "ServiceFailure", "status": 500, "message": "Try later."}
    world.emulator.rules([{"action": "AttachRolePolicy", "error": error}])
    change = carry_out(change, erin)
    assert (change.state, outcomes(change)) == (Change.State.UNKNOWN, ["unknown"])
    world.emulator.rules([])
    changes.retry(change=change, actor=erin)  # the operator has looked: it was not done
    assert worked(change).state == Change.State.APPLIED


def test_a_worker_that_died_over_it_leaves_it_unknown(
    world: World, erin: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = operations.registry["iam.role.attach"]
    monkeypatch.setattr(operation, "guarantee", Guarantee.AT_MOST_ONCE)
    monkeypatch.setattr(operation, "done", lambda *args: StepResult())
    role, policy = world.role(), world.policy()
    change = propose(world.aws_account, erin, [attach(role, policy.arn)])
    step = change.steps.get()
    step.attempts.create(number=1, snapshot={"part": step.expects})
    change = carry_out(change, erin)
    assert change.state == Change.State.UNKNOWN
    assert world.emulator.calls("AttachRolePolicy") == []
