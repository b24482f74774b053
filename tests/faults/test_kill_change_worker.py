"""SIGKILL to a real Celery worker at each point of the writing protocol: AWS makes the policy version once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.models import Operator
from identities.models import IamRole
from identities.operations import attach
from policies.models import ManagedPolicy, PolicyVersion
from policies.operations import plan_update
from sync import changes
from sync.models import Attempt, Change, Lease, Revision, Step
from tests.conftest import wait_until
from tests.services.changing import lines
from tests.services.statements import reports_policy
from tests.services.workers import Worker
from tests.services.world import World

pytestmark = [pytest.mark.stack, pytest.mark.django_db(transaction=True)]

WRITES = ("CreatePolicyVersion", "DeletePolicyVersion", "AttachRolePolicy")


@dataclass(frozen=True)
class Point:
    """Where the worker dies: while the emulator holds this call, before or after AWS has done it."""

    says: str
    action: str
    when: str = "before"
    done: int = 0  # steps that were done then
    update: Step.State = Step.State.DONE  # how the step that makes the version ends in the end


POINTS = [
    Point("claimed, no attempt yet", "GetCallerIdentity"),
    Point("first attempt begun, nothing read", "GetPolicy"),
    Point("first step read, not sent", "DeletePolicyVersion"),
    Point("first step sent, no answer", "DeletePolicyVersion", "after"),
    Point("version read, not sent", "CreatePolicyVersion", done=1),
    Point("version made, no answer", "CreatePolicyVersion", "after", 1, Step.State.ALREADY_DONE),
    Point("second step done, third begun", "GetRole", done=2),
]


@pytest.fixture
def change(world: World, erin: Operator) -> Change:
    """Makes room, makes a version, attaches the policy: a destructive, a detectable and an idempotent step."""
    policy, role = world.policy(versions=5), world.role()
    steps = [*plan_update(policy, reports_policy("s3:GetObject")), attach(role, policy.arn)]
    return changes.propose(aws_account=world.aws_account, actor=erin, title="Edit", reason="Ticket 1", steps=steps)


@pytest.fixture
def kill_at(world: World, erin: Operator, worker: Callable[..., Worker]) -> Callable[[Change, Point], None]:
    """Has a worker apply the change, and kills it at the point."""

    def kill(change: Change, point: Point) -> None:
        world.emulator.rules([{"action": point.action, "when": point.when, "hold": True}])
        victim = worker()
        changes.apply(change=change, actor=erin)
        wait_until(lambda: world.in_state("held", point.action))
        victim.kill()
        wait_until(lambda: world.in_state("abandoned", point.action))
        world.emulator.rules([])

    return kill


@pytest.mark.parametrize("point", POINTS, ids=[point.says for point in POINTS])
def test_what_a_killed_worker_began_is_finished_once(
    point: Point, world: World, change: Change, kill_at: Callable[[Change, Point], None], settings: Any
) -> None:
    kill_at(change, point)
    assert change.steps.filter(state__in=Step.FINISHED).count() == point.done
    settings.CLAIM_TIMEOUT_S, settings.VERIFY_DEADLINE_S = 0.2, 0.5
    wait_until(lambda: swept(change).state == Change.State.QUEUED)
    changes.work(change.pk)
    check_finished_once(world, change, point.update)


def test_another_worker_goes_on_at_the_next_tick(
    world: World, change: Change, kill_at: Callable[[Change, Point], None], worker: Callable[..., Worker]
) -> None:
    kill_at(change, Point("version made, no answer", "CreatePolicyVersion", "after"))
    worker(VERIFY_DEADLINE_S="0.5")
    wait_until(lambda: swept(change).state == Change.State.QUEUED)
    wait_until(lambda: swept(change).state == Change.State.APPLIED)
    check_finished_once(world, change, Step.State.ALREADY_DONE)


def check_finished_once(world: World, change: Change, update: Step.State) -> None:
    change.refresh_from_db()
    assert change.state == Change.State.APPLIED, lines(change)
    calls = {action: len(world.sent(action)) for action in WRITES}
    assert calls == dict.fromkeys(WRITES, 1)
    step = change.steps.get(position=2)
    policy, role = ManagedPolicy.objects.get(), IamRole.objects.get()
    versions = world.versions(policy)
    assert sorted(versions) == ["v2", "v3", "v4", "v5", "v6"]
    assert [number for number, text in versions.items() if "s3:GetObject" in text] == ["v6"]
    assert world.default(policy) == "v6"
    assert PolicyVersion.objects.filter(version_id="v6", gone_at=None).exists()
    assert world.attached(role) == [policy.arn]
    assert (step.state, step.result) == (update, {"version": "v6"})
    assert Revision.objects.filter(step=step, origin=Revision.Origin.CHANGE).exists()
    assert not Attempt.objects.filter(outcome="").exists()
    assert not Lease.objects.exists()


def swept(change: Change) -> Change:
    """The change, after the tick that would come once a minute."""
    changes.sweep_due()
    change.refresh_from_db()
    return change
