"""A step that the plan calls optional is left out when it failed, and the rest goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts import audit
from accounts.models import AuditEntry, Operator
from policies.models import ManagedPolicy
from policies.operations import plan_update
from sync import changes
from sync.changes import PlanError
from sync.changes.plan import digest
from sync.models import Change, Step
from sync.operations import StepSpec
from tests.services.changing import carry_out, propose, worked
from tests.services.pages import address, text_of
from tests.services.statements import reports_policy
from tests.services.world import World

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
REFUSED = {"action": "TagPolicy", "error": {"code": "InvalidInput", "status": 400, "message": "No such tag."}}


@pytest.fixture
def stopped(world: World, erin: Operator) -> Change:
    """At its first step of two, which is optional."""
    world.emulator.rules([REFUSED])
    policy = world.policy()
    ManagedPolicy.objects.update(tags={})
    tag = StepSpec("iam.policy.tag", {"arn": policy.arn, "key": "team", "value": "red"}, is_optional=True)
    steps = [tag, *plan_update(policy, reports_policy("s3:GetObject"))]
    change = carry_out(propose(world.aws_account, erin, steps), erin)
    assert change.state == Change.State.FAILED
    return change


def test_the_rest_goes_on_without_it(world: World, stopped: Change, erin: Operator, client_of: ClientOf) -> None:
    client = client_of(erin)
    page = text_of(client.get(address("change", pk=str(stopped.pk))).content.decode())
    assert "Leave out step 1 and go on" in page
    client.post(address("change_leave_out", pk=str(stopped.pk)))
    change = worked(stopped)
    assert change.state == Change.State.APPLIED
    assert [step.state for step in change.steps.all()][:2] == ["left_out", "done"]
    assert world.emulator.calls("CreatePolicyVersion")
    entry = AuditEntry.objects.get(verb="change.step_left_out")
    assert audit.sentence(entry).startswith("left step 1 out of change") and "No such tag." in audit.sentence(entry)
    page = text_of(client.get(address("change", pk=str(stopped.pk))).content.decode())
    assert "Left out" in page and "Applied 1 of 2 steps." in page


def test_what_the_plan_needs_is_not_left_out(stopped: Change, erin: Operator) -> None:
    first = stopped.steps.get(position=1)
    Step.objects.filter(pk=first.pk).update(is_optional=False)
    with pytest.raises(PlanError, match="the plan needs it"):
        changes.leave_out(change=stopped, actor=erin)
    Step.objects.filter(pk=first.pk).update(is_optional=True)
    second = stopped.steps.get(position=2)
    Step.objects.filter(pk=second.pk).update(params={**second.params, "x": ["made by step 1"]})
    with pytest.raises(PlanError, match="step 2 is about what it makes"):
        changes.leave_out(change=stopped, actor=erin)


def test_approvals_sign_that_a_step_is_optional(stopped: Change) -> None:
    steps = list(stopped.steps.all())
    steps[0].is_optional = False
    assert digest(stopped.aws_account, steps) != stopped.digest


def test_one_of_unknown_outcome_is_not_left_out(stopped: Change, erin: Operator) -> None:
    stopped.steps.filter(position=1).update(state=Step.State.UNKNOWN)
    with pytest.raises(PlanError, match="no step to leave out"):
        changes.leave_out(change=stopped, actor=erin)
