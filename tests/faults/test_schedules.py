"""Many AWS accounts: a slow one, or a broken one, holds up no other, and no pull holds up a change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from emulator.organizations.things import ACCESS_ROLE
from emulator.process import Emulator
from policies.operations import plan_update
from sync import changes, pull, schedule, tasks
from sync.mirror import sources
from sync.models import Change, Run, Schedule
from tests.conftest import ACCOUNT_ID, wait_until
from tests.services.changing import is_in, propose
from tests.services.pulling import seed
from tests.services.statements import reports_policy
from tests.services.workers import Worker
from tests.services.world import World

READ = "GetAccountAuthorizationDetails"
SLOW, BROKEN = "210987654321", "321098765432"
HASTE = {"AWS_READ_TIMEOUT": "0.2", "AWS_RETRY_BASE_S": "0.001"}

stack = pytest.mark.stack
committed = pytest.mark.django_db(transaction=True)


def another(account_id: str, **fields: Any) -> AwsAccount:
    """An AWS account beside the first one, as an organization has them."""
    return AwsAccount.objects.create(
        account_id=account_id,
        name=f"Acme {account_id[:3]}",
        connection=AwsAccount.Connection.ASSUME_ROLE,
        read_role_arn=f"arn:aws:iam::{account_id}:role/{ACCESS_ROLE}",
        emulated=True,
        **{"pull_every_minutes": 0, **fields},
    )


def start(aws_account: AwsAccount) -> Run:
    return pull.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR)


# ---- Through real workers ------------------------------------------------------------------------------------


@stack
@committed
def test_a_slow_and_a_broken_aws_account_hold_up_no_other(
    emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker]
) -> None:
    """One worker for all of them. The slow one goes on as soon as AWS does."""
    seed(emulator)
    emulator.rules(
        [
            {"action": READ, "account": SLOW, "hold": True},
            {"action": "*", "account": BROKEN, "error": {"code": "AccessDenied", "status": 403}},
        ]
    )
    slow, broken = start(another(SLOW)), start(another(BROKEN))
    worker("pulls", **HASTE)
    emulator.wait_for_calls(READ, state="held")
    well = start(aws_account)
    wait_until(lambda: is_in(well, Run.State.DONE))
    wait_until(lambda: is_in(broken, Run.State.FAILED))
    slow.refresh_from_db()
    assert (slow.is_active, broken.error["class"]) == (True, "AccessDeniedError")
    emulator.rules([])
    emulator.release()
    wait_until(lambda: is_in(slow, Run.State.DONE))


@committed
def test_of_many_aws_accounts_a_throttled_and_a_slow_one_hold_up_nobody(
    emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker]
) -> None:
    """Two workers for six AWS accounts, whose runs all wait already. AWS goes on refusing one of them."""
    throttled, slow = another(BROKEN), another(SLOW)
    emulator.rules(
        [
            {"action": READ, "account": SLOW, "hold": True},
            {"action": "*", "account": BROKEN, "error": {"code": "Throttling", "status": 400}},
        ]
    )
    bad = [start(throttled), start(slow)]
    well = [start(aws_account), *(start(another(f"4{number:011}")) for number in range(3))]
    for _ in range(2):
        worker("pulls", **HASTE | {"AWS_READ_TIMEOUT": "2"})
    wait_until(lambda: all(is_in(run, Run.State.DONE) for run in well))
    assert not any(is_in(run, Run.State.DONE) for run in bad)
    assert is_in(bad[1], Run.State.RUNNING) or is_in(bad[1], Run.State.QUEUED)


@stack
@committed
def test_a_change_is_applied_while_two_pulls_are_held(
    world: World, erin: Operator, worker: Callable[..., Worker]
) -> None:
    policy = world.policy()
    change = propose(world.aws_account, erin, plan_update(policy, reports_policy("s3:GetObject")))
    world.emulator.rules([{"action": READ, "hold": True}])
    for queue in ("pulls", "pulls", "changes"):
        worker(queue)
    runs = [start(world.aws_account), start(another(SLOW))]
    world.emulator.wait_for_calls(READ, state="held", count=2)
    changes.apply(change=change, actor=erin)
    wait_until(lambda: is_in(change, Change.State.APPLIED))
    assert [is_in(run, Run.State.RUNNING) for run in runs] == [True, True]


@stack
@committed
def test_of_two_beats_only_one_starts_a_run(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.queue.wake", lambda task, pk: None)
    AwsAccount.objects.update(pull_every_minutes=30)

    def beat(_: int) -> None:
        pull.sweep_due()
        connection.close()

    for _ in range(3):
        Schedule.objects.update(next_at=timezone.now())
        Run.objects.update(state=Run.State.CANCELLED)
        with ThreadPoolExecutor(2) as beats:
            list(beats.map(beat, range(2)))
    started = Counter(Run.objects.values_list("source", flat=True))
    readable = {due.source for due in schedule.readable(aws_account)}
    assert started == dict.fromkeys(readable, 3)


# ---- In this process -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_slices_of_two_runs_alternate(
    emulator: Emulator, aws_account: AwsAccount, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PULL_PAGE_ITEMS, settings.WORKER_SLICE_S = 1, 0
    seed(emulator)
    other = another(SLOW)
    waiting: list[int] = []
    monkeypatch.setattr("sync.queue.wake", lambda task, pk: waiting.append(pk))
    runs = [start(aws_account), start(other)]
    waiting += [run.pk for run in runs]
    worked: list[int] = []
    while waiting:
        worked.append(waiting.pop(0))
        pull.work(worked[-1])
    long, short = (run.pk for run in runs)  # five pages, and one or two
    assert worked[:3] == [long, short, long]
    assert worked[-2:] == [long, long]
    assert all(is_in(run, Run.State.DONE) for run in runs)


@pytest.mark.django_db
def test_an_aws_account_costs_others_a_turn_at_most(
    emulator: Emulator, aws_account: AwsAccount, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that gives no answer, and has many runs, asked first."""
    settings.AWS_RETRY_BASE_S = settings.WORKER_SLICE_S = 0
    emulator.rules([{"action": "*", "account": SLOW, "error": {"code": "ServiceUnavailable", "status": 503}}])
    waiting: list[int] = []
    monkeypatch.setattr("sync.queue.wake", lambda task, pk: waiting.append(pk))

    def started(of: AwsAccount, *names: str) -> list[int]:
        return [pull.start(aws_account=of, source=name, trigger=Run.Trigger.OPERATOR).pk for name in names]

    slow = started(another(SLOW), "iam.details", "iam.alias", "iam.password_policy", "iam.summary", "iam.virtual_mfa")
    quick = started(aws_account, "iam.details", "iam.alias")
    waiting[:] = [*slow, *quick]
    worked: list[str] = []
    monkeypatch.setattr(pull, "had_turn", noted(worked, pull.had_turn))
    while Run.objects.filter(pk__in=quick, state__in=Run.ACTIVE).exists():
        tasks.pull_run(waiting.pop(0))
    assert worked[:4] == [SLOW, ACCOUNT_ID, SLOW, ACCOUNT_ID]
    assert set(Run.objects.filter(pk__in=quick).values_list("state", flat=True)) == {Run.State.DONE}
    assert len(waiting) >= Run.objects.filter(pk__in=slow, state__in=Run.ACTIVE).count() > 0


def noted(worked: list[str], had_turn: Callable[[AwsAccount], None]) -> Callable[[AwsAccount], None]:
    def note(aws_account: AwsAccount) -> None:
        worked.append(aws_account.account_id)
        had_turn(aws_account)

    return note


@pytest.mark.django_db
def test_one_aws_account_has_not_all_workers(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.queue.wake", lambda task, pk: None)
    busy = another(SLOW)
    runs = [pull.start(aws_account=busy, source=name, trigger="operator") for name in sorted(sources)[:6]]
    at_work = [run.pk for run in runs[: pull.MOST_AT_ONCE]]
    Run.objects.filter(pk__in=at_work).update(state=Run.State.RUNNING, claim="x", heartbeat_at=timezone.now())
    assert list(pull.runs_in_turn()) == []
    other = start(aws_account)
    assert list(pull.runs_in_turn()) == [other.pk]
    Run.objects.filter(pk=at_work[0]).update(state=Run.State.DONE)
    assert list(pull.runs_in_turn()) == [other.pk, *(run.pk for run in runs[pull.MOST_AT_ONCE :])]


@pytest.mark.django_db
def test_what_somebody_waits_for_begins_before_what_the_schedule_asked_for(
    aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    """Also where the schedule had asked for the very same: it becomes theirs."""
    told: list[int] = []
    monkeypatch.setattr("sync.queue.wake", lambda task, pk: told.append(pk))
    AwsAccount.objects.update(pull_every_minutes=30)
    with django_capture_on_commit_callbacks(execute=True):
        pull.start_due()
    scheduled = list(pull.runs_in_turn())
    assert told == scheduled[: pull.MOST_AT_ONCE]  # no more workers may read it at once
    asked = pull.start(aws_account=aws_account, source="iam.alias", trigger=Run.Trigger.COMMAND)
    assert asked.pk in scheduled
    assert (asked.trigger, next(pull.runs_in_turn())) == (Run.Trigger.COMMAND, asked.pk)
    Run.objects.filter(pk=asked.pk).update(state=Run.State.RUNNING)
    assert next(pull.runs_in_turn()) != asked.pk


@pytest.mark.django_db
def test_an_aws_account_that_gives_no_answer_gives_way(
    emulator: Emulator, aws_account: AwsAccount, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is asked for again by the next slice, and in the end the run says that AWS gave no clear answer."""
    settings.AWS_RETRY_BASE_S = 0
    waiting: list[int] = []
    monkeypatch.setattr("sync.queue.wake", lambda task, pk: waiting.append(pk))
    emulator.rules([{"action": READ, "error": {"code": "ServiceUnavailable", "status": 503}}])
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False)
    pull.work(run.pk)
    assert is_in(run, Run.State.RUNNING)
    assert (run.claim, waiting) == ("", [run.pk])
    assert run.log[-1]["line"] == "AWS gave no clear answer: goes on in a moment."
    while waiting:
        pull.work(waiting.pop())
    assert is_in(run, Run.State.FAILED)
    assert (run.error["class"], run.gone) == ("TransientError", 0)


@pytest.mark.django_db
def test_jitter_spreads_what_was_due_at_once(aws_account: AwsAccount) -> None:
    now = timezone.now()
    each = [another(f"{number:012}", pull_every_minutes=60) for number in range(1, 61)]
    for one in each:
        assert schedule.take(schedule.DueSource(one, "iam.details", "", None), now)
    waits = [row.next_at - now for row in Schedule.objects.all()]
    assert min(waits) >= timedelta(minutes=60)
    assert max(waits) <= timedelta(minutes=66)
    assert len({int(wait.total_seconds() // 60) for wait in waits}) >= 5  # minutes in which one of them comes


@pytest.mark.django_db
def test_what_is_slow_by_nature_comes_seldom(aws_account: AwsAccount) -> None:
    AwsAccount.objects.update(pull_every_minutes=5)
    aws_account.refresh_from_db()
    now = timezone.now()
    for name, source in sources.items():
        schedule.take(schedule.DueSource(aws_account, name, "", None), now)
        wait = Schedule.objects.get(source=name).next_at - now
        assert wait >= max(source.every or timedelta(), timedelta(minutes=5)), name


@pytest.mark.django_db
def test_a_failed_source_comes_again_at_its_time_and_the_others_too(
    emulator: Emulator, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.queue.wake", lambda task, pk: None)
    AwsAccount.objects.update(pull_every_minutes=30)
    emulator.rules([{"action": "ListAccountAliases", "error": {"code": "AccessDenied", "status": 403}}])
    for _ in range(2):
        Schedule.objects.update(next_at=timezone.now())
        pull.sweep_due()
        for run in Run.objects.filter(state=Run.State.QUEUED):
            pull.work(run.pk)
    by_source = Counter(Run.objects.filter(source__in=["iam.alias", "iam.details"]).values_list("source", "state"))
    assert by_source == {("iam.alias", "failed"): 2, ("iam.details", "done"): 2}
