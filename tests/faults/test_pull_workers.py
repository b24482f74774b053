"""Two workers at one run, and woken more often than need be: one works, nothing is read or written twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from sync import pull, queue
from sync.models import Revision, Run
from tests.conftest import wait_until
from tests.services.pulling import by_hand_only, seed
from tests.services.workers import Worker

pytestmark = [pytest.mark.stack, pytest.mark.django_db(transaction=True)]

READ = "GetAccountAuthorizationDetails"
OBJECTS = 5  # of `seed`


def test_two_workers_started_at_once(
    emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker]
) -> None:
    by_hand_only(aws_account)
    seed(emulator)
    emulator.rules([{"action": READ, "times": 1}, {"action": READ, "hold": True, "times": 1}])
    emulator.forget_calls()
    both = [worker("pulls", PULL_PAGE_ITEMS="1", CLAIM_TIMEOUT_S="60") for _ in range(2)]
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR)
    for _ in range(3):
        queue.wake(queue.PULL, run.pk)
    emulator.wait_for_calls(READ, state="held")

    wait_until(lambda: done_with(both) == 3)
    assert [call["state"] for call in emulator.calls(READ)] == ["answered", "held"]
    emulator.release()

    def is_done() -> bool:
        run.refresh_from_db()
        return run.state == Run.State.DONE

    wait_until(is_done)
    assert (run.seen, run.new, run.pages) == (OBJECTS, OBJECTS, OBJECTS)
    assert len(emulator.calls(READ)) == OBJECTS
    assert Revision.objects.count() == OBJECTS


def done_with(workers: list[Worker]) -> int:
    """How many messages they have finished."""
    return sum(each.log.read_bytes().count(b" succeeded in ") for each in workers)
