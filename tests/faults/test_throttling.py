"""AWS refuses every second call, or all for a while: a pull and an apply take longer, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.operations import attach
from policies.operations import plan_update
from sync import changes, pull
from sync.models import Change, Run
from tests.conftest import wait_until
from tests.services.changing import propose
from tests.services.pulling import pull_all, seed
from tests.services.statements import reports_policy
from tests.services.workers import Worker
from tests.services.world import World

READ = "GetAccountAuthorizationDetails"
THROTTLED = {"code": "Throttling", "status": 400, "message": "Rate exceeded"}


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_half_of_all_calls_refused(world: World, erin: Operator, worker: Callable[..., Worker]) -> None:
    policy, role = world.policy(), world.role()
    seed(world.emulator)
    steps = [*plan_update(policy, reports_policy("s3:GetObject")), attach(role, policy.arn)]
    change = propose(world.aws_account, erin, steps)
    world.emulator.rules([{"action": "*", "probability": 0.5, "error": THROTTLED}])
    world.emulator.forget_calls()
    worker(PULL_PAGE_ITEMS="1")
    run = pull.start(aws_account=world.aws_account, trigger=Run.Trigger.OPERATOR)
    wait_until(lambda: ended(run))
    changes.apply(change=change, actor=erin)
    wait_until(lambda: ended(change))
    assert (run.state, run.seen, run.gone) == (Run.State.DONE, 7, 0), run.error
    assert change.state == Change.State.APPLIED, change.error
    done = [world.sent(action) for action in ("CreatePolicyVersion", "AttachRolePolicy")]
    assert [len(calls) for calls in done] == [1, 1]
    calls = world.emulator.calls()
    refused = sum(call["error_code"] == "Throttling" for call in calls)
    assert len(calls) / 4 < refused < len(calls) * 3 / 4


def ended(row: Run | Change) -> bool:
    row.refresh_from_db()
    return row.finished_at is not None


@pytest.fixture
def aws(emulator: Emulator, aws_account: AwsAccount, settings: Any) -> Emulator:
    """Five objects on three pages; nobody waits."""
    settings.PULL_PAGE_ITEMS, settings.AWS_RETRY_BASE_S = 2, 0
    seed(emulator)
    emulator.forget_calls()
    return emulator


@pytest.mark.django_db
def test_a_page_that_the_door_gave_up_on_is_asked_for_again(aws: Emulator, aws_account: AwsAccount) -> None:
    aws.rules([{"action": READ, "times": 1}, {"action": READ, "error": THROTTLED, "times": 25}])
    run = pull_all(aws_account)
    assert (run.state, run.pages, run.seen, run.new) == (Run.State.DONE, 3, 5, 5), run.error
    assert len(aws.calls(READ)) == 3 + 25
    assert sum("AWS limits how often" in entry["line"] for entry in run.log) == 2


@pytest.mark.django_db
def test_a_worker_leaves_it_to_the_next_slice(
    aws: Emulator, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[int] = []
    monkeypatch.setattr("sync.queue.wake", lambda task, pk: woken.append(pk))
    aws.rules([{"action": READ, "error": THROTTLED}])
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False)
    pull.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.claim, woken) == (Run.State.RUNNING, "", [run.pk])


@pytest.mark.django_db
def test_aws_that_only_refuses_is_given_up_in_the_end(aws: Emulator, aws_account: AwsAccount) -> None:
    aws.rules([{"action": READ, "times": 1}, {"action": READ, "error": THROTTLED}])
    run = pull_all(aws_account)
    assert (run.state, run.error["class"], run.gone) == (Run.State.FAILED, "ThrottlingError", 0)
