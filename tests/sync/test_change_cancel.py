from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Operator
from identities.operations import attach
from policies.operations import plan_update
from sync import changes, operations
from sync.models import Change, Step
from tests.services.changing import carry_out, propose, worked
from tests.services.statements import reports_policy
from tests.services.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(world: World, erin: Operator) -> Change:
    policy, role = world.policy(), world.role()
    return propose(
        world.aws_account, erin, [*plan_update(policy, reports_policy("s3:GetObject")), attach(role, policy.arn)]
    )


def test_a_proposal_is_cancelled_at_once(change: Change, erin: Operator) -> None:
    change = changes.cancel(change=change, actor=erin)
    assert change.state == Change.State.CANCELLED
    assert {step.state for step in change.steps.all()} == {Step.State.SKIPPED}


def test_a_queued_change_that_is_cancelled_is_not_sent(world: World, change: Change, erin: Operator) -> None:
    changes.apply(change=change, actor=erin)
    changes.cancel(change=change, actor=erin)
    assert worked(change).state == Change.State.CANCELLED
    assert world.emulator.calls() == []


def test_a_running_change_stops_after_its_step(
    world: World, change: Change, erin: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = operations.registry["iam.policy.update"]
    send = operation.send

    def cancel_meanwhile(*args: Any) -> Any:
        assert changes.cancel(change=change, actor=erin).state == Change.State.APPLYING
        return send(*args)

    monkeypatch.setattr(operation, "send", cancel_meanwhile)
    stopped = carry_out(change, erin)
    assert stopped.state == Change.State.CANCELLED
    assert [step.state for step in stopped.steps.all()] == [Step.State.DONE, Step.State.SKIPPED]
    assert world.sent("AttachRolePolicy") == []


def test_what_is_over_cant_be_cancelled(change: Change, erin: Operator) -> None:
    with pytest.raises(changes.PlanError, match="can't be cancelled: it is applied"):
        changes.cancel(change=carry_out(change, erin), actor=erin)


@pytest.mark.parametrize("name", ["bob", "charlie", "anton", "hal"])
def test_who_may_not_propose_may_not_cancel(name: str, change: Change, request: Any) -> None:
    with pytest.raises(changes.PlanError, match="may not cancel"):
        changes.cancel(change=change, actor=request.getfixturevalue(name))
