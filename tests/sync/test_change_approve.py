from __future__ import annotations

import pytest

from accounts.models import AuditEntry, Grant, Operator
from policies.operations import plan_update
from sync import changes
from sync.models import Approval, Attempt, Change
from tests.services.changing import carry_out, propose, worked
from tests.services.statements import reports_policy
from tests.services.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(world: World, erin: Operator) -> Change:
    """Needs one approval."""
    world.aws_account.approvals_required = 1
    return propose(world.aws_account, erin, plan_update(world.policy(), reports_policy("s3:GetObject")))


def test_enough_approvals_approve_it(change: Change, anton: Operator) -> None:
    change = changes.approve(change=change, actor=anton, comment="Checked with finance.")
    assert change.state == Change.State.APPROVED
    approval = change.approvals.get()
    assert (approval.operator, approval.digest, approval.comment) == (anton, change.digest, "Checked with finance.")
    assert AuditEntry.objects.filter(verb="change.approved", actor=anton).exists()


def test_one_of_two_is_not_enough(change: Change, anton: Operator) -> None:
    Change.objects.update(approvals_required=2)
    assert changes.approve(change=change, actor=anton).state == Change.State.PROPOSED


def test_nobody_approves_the_same_plan_twice(change: Change, anton: Operator) -> None:
    Change.objects.update(approvals_required=2)
    changes.approve(change=change, actor=anton)
    with pytest.raises(changes.PlanError, match="approved this change already"):
        changes.approve(change=change, actor=anton)


def test_nobody_approves_their_own(world: World, alice: Operator) -> None:
    world.aws_account.approvals_required = 1
    own = propose(world.aws_account, alice, plan_update(world.policy(), reports_policy("s3:GetObject")))
    with pytest.raises(changes.PlanError, match="somebody else"):
        changes.approve(change=own, actor=alice)


@pytest.mark.parametrize("name", ["bob", "charlie", "hal"])
def test_who_may_not_approve_is_refused(name: str, change: Change, request: pytest.FixtureRequest) -> None:
    with pytest.raises(changes.PlanError, match="may not approve"):
        changes.approve(change=change, actor=request.getfixturevalue(name))


def test_a_change_that_needs_none_takes_none(world: World, erin: Operator, anton: Operator) -> None:
    free = propose(world.aws_account, erin, plan_update(world.policy(), reports_policy("s3:GetObject")))
    with pytest.raises(changes.PlanError, match="needs no approval"):
        changes.approve(change=free, actor=anton)


def test_it_isnt_applied_without(change: Change, erin: Operator) -> None:
    with pytest.raises(changes.PlanError, match="1 more approval is needed"):
        changes.apply(change=change, actor=erin)


def test_an_approver_doesnt_apply(change: Change, anton: Operator) -> None:
    changes.approve(change=change, actor=anton)
    with pytest.raises(changes.PlanError, match="may not apply"):
        changes.apply(change=change, actor=anton)


def test_an_approved_change_is_applied(change: Change, anton: Operator, erin: Operator) -> None:
    changes.approve(change=change, actor=anton)
    assert carry_out(change, erin).state == Change.State.APPLIED


def test_a_rejected_change_is_over(change: Change, anton: Operator, erin: Operator) -> None:
    assert changes.reject(change=change, actor=anton, comment="Not in December.").state == Change.State.REJECTED
    with pytest.raises(changes.PlanError, match="it is rejected"):
        changes.apply(change=change, actor=erin)


def test_a_withdrawn_approval_counts_no_more(change: Change, anton: Operator) -> None:
    changes.approve(change=change, actor=anton)
    assert changes.withdraw_approval(change=change, actor=anton).state == Change.State.PROPOSED
    assert changes.approve(change=change, actor=anton).state == Change.State.APPROVED


def test_nobody_withdraws_what_another_gave(change: Change, anton: Operator, alice: Operator) -> None:
    changes.approve(change=change, actor=anton)
    with pytest.raises(changes.PlanError, match="have not approved"):
        changes.withdraw_approval(change=change, actor=alice)


def test_an_approval_signs_the_plan_and_no_other(change: Change, anton: Operator, erin: Operator) -> None:
    changes.approve(change=change, actor=anton)
    step = change.steps.get()
    step.params = {**step.params, "document": reports_policy("*")}
    step.save()
    with pytest.raises(changes.PlanError, match="steps were altered"):
        changes.apply(change=change, actor=erin)


def test_an_approval_of_another_digest_doesnt_count(change: Change, anton: Operator, erin: Operator) -> None:
    changes.approve(change=change, actor=anton)
    Approval.objects.update(digest="0" * 64)
    with pytest.raises(changes.PlanError, match="1 more approval"):
        changes.apply(change=change, actor=erin)


def test_an_approver_who_lost_the_grant_voids_the_approval(
    world: World, change: Change, anton: Operator, erin: Operator
) -> None:
    changes.approve(change=change, actor=anton)
    changes.apply(change=change, actor=erin)
    Grant.objects.filter(operator=anton).delete()
    change = worked(change)
    assert change.state == Change.State.PROPOSED
    assert "1 more approval is needed" in change.error["sentence"]
    assert Approval.objects.get().void
    assert not Attempt.objects.exists()
    assert world.sent("CreatePolicyVersion") == []


def test_a_requester_who_lost_the_grant_stops_it(world: World, change: Change, anton: Operator, erin: Operator) -> None:
    changes.approve(change=change, actor=anton)
    changes.apply(change=change, actor=erin)
    Grant.objects.filter(operator=erin).delete()
    change = worked(change)
    assert change.state == Change.State.PROPOSED
    assert "Erin may not apply" in change.error["sentence"]
    assert world.sent("CreatePolicyVersion") == []
