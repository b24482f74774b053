"""What the tick of every minute finds: what is due, what has expired, what a dead worker or a lost message left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Operator
from policies.operations import plan_update
from sync import changes, checks
from sync.changes import claims, sweeper
from sync.changes.claims import ChangeClaimLost
from sync.checks import PlanCheck, PlanFinding
from sync.models import Change, Lease
from tests.services.changing import lines, propose, worked
from tests.services.statements import reports_policy
from tests.services.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The changes for which a worker was woken; no message is sent."""
    found: list[int] = []
    monkeypatch.setattr(sweeper, "wake", lambda task, pk: found.append(pk))
    return found


@pytest.fixture
def change(world: World, erin: Operator) -> Change:
    return propose(world.aws_account, erin, plan_update(world.policy(), reports_policy("s3:GetObject")))


def swept(change: Change) -> Change:
    changes.sweep_due()
    change.refresh_from_db()
    return change


def test_a_queued_change_without_a_message_is_woken(change: Change, erin: Operator, woken: list[int]) -> None:
    changes.apply(change=change, actor=erin)
    assert swept(change).state == Change.State.QUEUED
    assert woken == [change.pk]


def test_a_silent_claim_is_taken_back(change: Change, erin: Operator, woken: list[int]) -> None:
    changes.apply(change=change, actor=erin)
    claims.take(change.pk)
    Change.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert swept(change).state == Change.State.QUEUED
    assert (change.claim, woken) == ("", [change.pk])
    assert "Its worker stopped answering; another one goes on." in lines(change)


def test_a_fresh_claim_is_left_alone(change: Change, erin: Operator, woken: list[int]) -> None:
    changes.apply(change=change, actor=erin)
    claims.take(change.pk)
    assert swept(change).state == Change.State.APPLYING
    assert woken == []


def test_who_lost_the_claim_writes_nothing_more(change: Change, erin: Operator) -> None:
    changes.apply(change=change, actor=erin)
    slow = claims.take(change.pk)
    assert slow is not None
    Change.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    swept(change)
    fast = claims.take(change.pk)
    assert fast is not None
    with pytest.raises(ChangeClaimLost), slow.held():
        pytest.fail("The slow worker still held it.")
    with pytest.raises(ChangeClaimLost):
        slow.beat()
    fast.beat()


def test_two_workers_cant_claim_one_change(change: Change, erin: Operator) -> None:
    changes.apply(change=change, actor=erin)
    assert claims.take(change.pk) is not None
    assert claims.take(change.pk) is None


def test_an_old_proposal_expires(change: Change, erin: Operator) -> None:
    Change.objects.update(expires_at=timezone.now())
    assert swept(change).state == Change.State.EXPIRED
    assert AuditEntry.objects.filter(verb="change.expired", object_id=change.pk).exists()
    with pytest.raises(changes.PlanError, match="it is expired"):
        changes.apply(change=change, actor=erin)


def test_a_queued_change_that_expired_is_not_sent(world: World, change: Change, erin: Operator) -> None:
    changes.apply(change=change, actor=erin)
    Change.objects.update(expires_at=timezone.now())
    assert worked(change).state == Change.State.EXPIRED
    assert world.sent("CreatePolicyVersion") == []


def test_a_scheduled_change_waits_for_its_time(world: World, erin: Operator, woken: list[int]) -> None:
    at = timezone.now() + timedelta(hours=1)
    change = propose(world.aws_account, erin, plan_update(world.policy(), reports_policy("s3:Get")), not_before=at)
    assert changes.apply(change=change, actor=erin).state == Change.State.SCHEDULED
    assert swept(change).state == Change.State.SCHEDULED
    assert worked(change).state == Change.State.SCHEDULED
    Change.objects.update(not_before=timezone.now())
    assert swept(change).state == Change.State.QUEUED
    assert woken == [change.pk]
    assert worked(change).state == Change.State.APPLIED


def test_leases_of_changes_that_are_over_are_removed(change: Change) -> None:
    Lease.objects.create(aws_account=change.aws_account, object_key="iam.policy:x", change=change)
    swept(change)
    assert not Lease.objects.exists()


def test_a_long_change_goes_on_in_another_task(world: World, change: Change, erin: Operator, settings: Any) -> None:
    settings.WORKER_SLICE_S = -1
    changes.apply(change=change, actor=erin)
    assert worked(change).state == Change.State.QUEUED
    assert Lease.objects.filter(change=change).exists()
    settings.WORKER_SLICE_S = 45
    assert worked(change).state == Change.State.APPLIED


class Worse(PlanCheck):
    name = "worse"

    def look(self, *args: Any) -> list[PlanFinding]:
        return [PlanFinding("PASS_ROLE", "security_warning", "14 users could pass a role.")]


@pytest.fixture
def worse() -> Iterator[Callable[[], None]]:
    """Makes a check say more than it did at the proposal."""
    yield lambda: checks.register(Worse())
    checks.registry.pop(Worse.name)


def test_a_plan_that_got_worse_voids_its_approvals(
    world: World, erin: Operator, anton: Operator, worse: Callable[[], None]
) -> None:
    world.aws_account.approvals_required = 1
    change = propose(world.aws_account, erin, plan_update(world.policy(), reports_policy("s3:GetObject")))
    changes.approve(change=change, actor=anton)
    changes.apply(change=change, actor=erin)
    worse()
    change = worked(change)
    assert (change.state, change.approvals.get().void) == (Change.State.PROPOSED, True)
    assert "14 users could pass a role" in change.error["sentence"]
    assert world.emulator.calls("CreatePolicyVersion") == []
    assert not Lease.objects.exists()


def test_what_got_worse_can_be_read_approved_again_and_applied(
    world: World, erin: Operator, anton: Operator, worse: Callable[[], None]
) -> None:
    world.aws_account.approvals_required = 1
    change = propose(world.aws_account, erin, plan_update(world.policy(), reports_policy("s3:GetObject")))
    changes.approve(change=change, actor=anton)
    worse()
    with pytest.raises(changes.PlanError, match="14 users could pass a role"):
        changes.apply(change=change, actor=erin)
    change.refresh_from_db()
    assert (change.state, change.findings[0]["code"]) == (Change.State.PROPOSED, "PASS_ROLE")
    changes.approve(change=change, actor=anton)
    changes.apply(change=change, actor=erin)
    assert worked(change).state == Change.State.APPLIED
