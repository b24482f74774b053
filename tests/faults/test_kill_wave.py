"""SIGKILL in the middle of a wave: steps that are begun and written down together, and sent one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import AuditEntry, Operator
from identities.operations import attach
from sync import changes
from sync.changes.failpoints import FailPoint
from sync.models import Attempt, Change, Lease, Revision, Step
from tests.conftest import wait_until
from tests.faults import children
from tests.services.changing import lines, propose
from tests.services.pulling import pulled
from tests.services.workers import Worker
from tests.services.world import World

pytestmark = pytest.mark.django_db(transaction=True)

ROLES = ("importer", "exporter", "reader", "writer", "auditor")
ADOPTED, DONE = Step.State.ALREADY_DONE, Step.State.DONE


@pytest.fixture
def change(world: World, erin: Operator) -> Change:
    policy = world.policy()
    change = propose(world.aws_account, erin, [attach(world.role(name), policy.arn) for name in ROLES])
    changes.apply(change=change, actor=erin)
    return change


@pytest.fixture
def go_on(change: Change, settings: Any) -> Callable[[], None]:
    """The next worker, after the first one is taken for dead."""

    def work() -> None:
        settings.VERIFY_DEADLINE_S, settings.CLAIM_TIMEOUT_S = 0.3, 0
        changes.sweep_due()
        changes.work(change.pk)

    return work


@pytest.mark.parametrize(
    ("failpoint", "adopted"),
    [
        (FailPoint.ATTEMPT_SAVED, 0),
        (f"{FailPoint.TO_BE_SENT}:3", 2),
        (f"{FailPoint.ANSWERED}:3", 3),
        (FailPoint.BEFORE_COMMIT, 5),
    ],
)
def test_what_was_sent_is_adopted_and_the_rest_sent(
    world: World, change: Change, failpoint: str, adopted: int, go_on: Callable[[], None]
) -> None:
    assert children.killed(change.pk, failpoint)
    assert not change.steps.filter(state__in=Step.FINISHED).exists()
    assert len(world.sent("AttachRolePolicy")) == adopted
    go_on()
    assert_each_was_done_once(world, change, adopted)


def test_a_wave_that_was_written_down_is_done(world: World, change: Change, go_on: Callable[[], None]) -> None:
    assert children.killed(change.pk, FailPoint.COMMITTED)
    go_on()
    assert_each_was_done_once(world, change, 0)


@pytest.mark.stack
def test_a_celery_worker_finds_the_point_in_its_environment(
    world: World, change: Change, worker: Callable[..., Worker], go_on: Callable[[], None]
) -> None:
    victim = worker(FAILPOINT=f"{FailPoint.ANSWERED}:3")
    changes.sweep_due()  # the fixture emptied the queue
    wait_until(lambda: not victim.is_alive())
    go_on()
    assert_each_was_done_once(world, change, 3)


def assert_each_was_done_once(world: World, change: Change, adopted: int) -> None:
    change.refresh_from_db()
    assert change.state == Change.State.APPLIED, change.error
    roles = [call["params"]["RoleName"] for call in world.sent("AttachRolePolicy")]
    assert sorted(roles) == sorted(ROLES)
    states = [ADOPTED] * adopted + [DONE] * (len(ROLES) - adopted)
    assert list(change.steps.order_by("position").values_list("state", flat=True)) == states
    said = [line for line in lines(change) if line.endswith("found done, nothing sent.")]
    assert len(said) == adopted
    verbs = AuditEntry.objects.filter(verb__startswith="step.").order_by("pk").values_list("verb", flat=True)
    assert sorted(verbs) == sorted(f"step.{state}" for state in states)
    assert not Attempt.objects.filter(outcome="").exists()
    assert not Lease.objects.exists()
    pulled(world.aws_account, source="iam.details")
    assert not Revision.objects.filter(origin=Revision.Origin.OUTSIDE, number__gt=1).exists()
