"""Containing a user or role by an inline policy that denies, and the wait before it goes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Operator
from identities.operations import await_sessions_end, contain, delete_inline
from identities.operations.containing import ISSUED
from sync import changes
from sync.models import Change
from sync.operations import BadParams, StepSpec, registry
from tests.identities.operation_cases_containing import CASES
from tests.services.changing import carry_out, propose, worked
from tests.services.operation_cases import ComparedCase, apply_compare_and_reverse
from tests.services.world import World

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 25, 18, 2, tzinfo=UTC)


def test_all_sessions_until_a_moment_or_one_are_denied(world: World) -> None:
    role = world.role()
    statements = [
        json.loads(str(contain(role, AT, *only).params["document"]))["Statement"][0]
        for only in ((), (ISSUED,), ("aws:userid", "AROAX:night"))
    ]
    assert {each["Effect"] + each["Action"] + each["Resource"] for each in statements} == {"Deny**"}
    assert [each.get("Condition") for each in statements] == [
        None,
        {"DateLessThan": {"aws:TokenIssueTime": "2026-11-25T18:02:00Z"}},
        {"StringEquals": {"aws:userid": "AROAX:night"}},
    ]


@pytest.mark.parametrize("altered", [{"policy": "other"}, {"document": "{}"}, {"key": "aws:SourceIp", "value": "1"}])
def test_another_policy_is_refused(world: World, altered: dict[str, str]) -> None:
    step = contain(world.user(), AT)
    with pytest.raises(BadParams):
        registry[step.kind].parse({**step.params, **altered})


def test_a_moment_that_has_passed_is_said(world: World, erin: Operator) -> None:
    change = propose(world.aws_account, erin, [contain(world.role(), timezone.now() - timedelta(hours=2), ISSUED)])
    assert "OLD_MOMENT" in {each["code"] for each in change.findings}


def test_the_policy_goes_when_no_session_can_come_back(world: World, erin: Operator) -> None:
    role = world.role()
    step = contain(role, timezone.now(), ISSUED)
    carry_out(propose(world.aws_account, erin, [step]), erin)
    policy, again = str(step.params["policy"]), timezone.now() + timedelta(hours=1)
    wait: StepSpec = await_sessions_end(role.kind, role.arn, policy, again)
    waiting = carry_out(propose(world.aws_account, erin, [wait, delete_inline(role, policy)]), erin)
    assert waiting.is_at_gate
    assert "could come back until" in waiting.steps.get(position=1).error["sentence"]
    world.iam.delete_role_policy(RoleName=role.name, PolicyName=policy)  # somebody else did
    changes.look_again(change=waiting, actor=erin)
    assert worked(waiting).state == Change.State.CONFLICTED
    assert waiting.steps.get(position=1).state == "done"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_it_is_done_and_undone(case: ComparedCase, world: World, erin: Operator) -> None:
    apply_compare_and_reverse(case, world, erin)
