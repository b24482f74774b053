"""Two workers, two changes of one policy: one waits for the other, then sees that its plan no longer fits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import Operator
from policies.operations import plan_update
from sync import changes
from sync.models import Change, Lease
from tests.conftest import wait_until
from tests.services.changing import propose
from tests.services.workers import Worker
from tests.services.world import World, document

pytestmark = [pytest.mark.stack, pytest.mark.django_db(transaction=True)]


def is_in(change: Change, state: Change.State) -> bool:
    change.refresh_from_db()
    return change.state == state


def test_the_second_waits_and_is_woken_by_the_first(
    world: World, erin: Operator, alice: Operator, worker: Callable[..., Worker]
) -> None:
    policy = world.policy()
    first = propose(world.aws_account, erin, plan_update(policy, document("s3:GetObject")))
    second = propose(world.aws_account, alice, plan_update(policy, document("s3:PutObject")))
    world.emulator.rules([{"action": "CreatePolicyVersion", "hold": True, "times": 1}])
    worker()
    worker()
    changes.apply(change=first, actor=erin)
    wait_until(lambda: world.in_state("held", "CreatePolicyVersion"))
    changes.apply(change=second, actor=alice)
    wait_until(lambda: is_in(second, Change.State.WAITING))
    world.emulator.release()
    wait_until(lambda: is_in(first, Change.State.APPLIED))
    wait_until(lambda: is_in(second, Change.State.CONFLICTED))  # no tick: the first one's end woke it
    assert len(world.sent("CreatePolicyVersion")) == 1
    assert not Lease.objects.exists()
