"""Two operators, two workers, two changes of one policy: one waits for the other, then sees that its plan no longer
fits; its page shows what each of them wanted, and a new plan on what is there goes through.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Operator
from policies.operations import plan_update
from sync import changes
from sync.models import Change, Lease
from tests.conftest import wait_until
from tests.services.changing import is_in, propose
from tests.services.pages import address, get, text_of
from tests.services.statements import reports_policy
from tests.services.workers import Worker
from tests.services.world import World

pytestmark = [pytest.mark.stack, pytest.mark.django_db(transaction=True)]


def test_the_second_waits_sees_the_first_and_plans_again(
    world: World,
    erin: Operator,
    alice: Operator,
    worker: Callable[..., Worker],
    client_of: Callable[..., Client],
) -> None:
    policy = world.policy()
    first = propose(world.aws_account, erin, plan_update(policy, reports_policy("s3:GetObject")))
    second = propose(world.aws_account, alice, plan_update(policy, reports_policy("s3:PutObject")))
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

    client = client_of(alice)
    text = text_of(get(client, "change", pk=str(second.pk)))
    for said in (
        "Base when the plan was made: v1 in force",
        "Ours this change, Alice",
        "Live in AWS: v2 in force, beside v1",
        'Added: "s3:GetObject"',
        'Added: "s3:PutObject"',
    ):
        assert said in text
    client.post(address("change_replan", pk=str(second.pk)))
    again = Change.objects.latest("pk")
    client.post(address("change_apply", pk=str(again.pk)))
    wait_until(lambda: is_in(again, Change.State.APPLIED))
    assert is_in(second, Change.State.CANCELLED)
    assert (world.default(policy), "s3:PutObject" in world.versions(policy)["v3"]) == ("v3", True)
    assert len(world.sent("CreatePolicyVersion")) == 2
