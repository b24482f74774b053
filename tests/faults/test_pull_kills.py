"""Workers that die at a pull, messages that are lost, brokers that are down: another worker goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery import Celery
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, Membership
from policies.models import ManagedPolicy
from sync import mirror, pull
from sync.models import Facet, Revision, Run, Schedule
from tests.conftest import wait_until
from tests.services.pulling import by_hand_only, picture, pulled, seed
from tests.services.statements import allowing
from tests.services.workers import Worker

READ = "GetAccountAuthorizationDetails"
MIRRORED = (IamUser, IamGroup, IamRole, Membership, Attachment, InlinePolicy, ManagedPolicy)

stack = pytest.mark.stack
committed = pytest.mark.django_db(transaction=True)


def state_of(run: Run) -> str:
    run.refresh_from_db()
    return run.state


def pages_of(run: Run) -> int:
    run.refresh_from_db()
    return run.pages


def is_read(emulator: Emulator) -> bool:
    return any(call["state"] == "held" for call in emulator.calls(READ))


@stack
@committed
def test_a_worker_pulls(emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker]) -> None:
    seed(emulator)
    worker()
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR)
    wait_until(lambda: state_of(run) == Run.State.DONE)
    assert IamUser.objects.get().memberships.count() == 1


@stack
@committed
def test_a_killed_worker_is_replaced_at_the_page_where_it_died(
    emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker]
) -> None:
    by_hand_only(aws_account)
    seed(emulator)
    emulator.rules([{"action": READ, "times": 2}, {"action": READ, "hold": True}])
    first = worker(PULL_PAGE_ITEMS="1")
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR)
    wait_until(lambda: is_read(emulator) and pages_of(run) == 2)  # the third is read while the second is written
    first.kill()
    emulator.rules([])
    emulator.release()
    run.refresh_from_db()
    assert (run.state, run.pages) == (Run.State.RUNNING, 2)

    worker(PULL_PAGE_ITEMS="1")

    def swept_and_done() -> bool:
        pull.sweep_due()
        return state_of(run) == Run.State.DONE

    wait_until(swept_and_done)
    assert (run.seen, run.new, run.pages) == (5, 5, 5)
    resumed = picture(*MIRRORED)
    assert set(Revision.objects.values_list("number", "origin")) == {(1, "import")}
    pulled(aws_account)
    assert picture(*MIRRORED) == resumed
    assert Revision.objects.count() == 5


@pytest.mark.django_db
def test_a_worker_given_up_for_dead_writes_no_more(
    emulator: Emulator, aws_account: AwsAccount, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It only slept: when it goes on, the run is another worker's."""
    settings.PULL_PAGE_ITEMS = 1
    seed(emulator)
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False)

    def lose_it(at_work: Run) -> None:
        Run.objects.filter(pk=run.pk).update(claim="another")

    pull.finish(run.pk, progress=lose_it)
    run.refresh_from_db()
    assert (run.state, run.claim, run.pages) == (Run.State.RUNNING, "another", 1)
    assert Facet.objects.count() == 0


@pytest.mark.django_db
def test_a_page_that_was_half_stored_is_counted_once(
    emulator: Emulator, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed(emulator)
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False)
    store = mirror.store

    def die_at_the_users(visit: mirror.RunVisit, kind: mirror.Mirror, *items: Any, **options: Any) -> None:
        if kind.kind == "iam.user":
            raise KeyboardInterrupt
        store(visit, kind, *items, **options)

    monkeypatch.setattr("sync.mirror.store", die_at_the_users)
    with pytest.raises(KeyboardInterrupt):
        pull.finish(run.pk, progress=lambda run: None)
    monkeypatch.undo()
    assert (state_of(run), run.seen) == (Run.State.RUNNING, 3)
    Run.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=3))
    pull.work(run.pk)
    assert (state_of(run), run.seen, run.new) == (Run.State.DONE, 5, 5)


@pytest.mark.django_db
def test_a_run_that_somebody_works_on_is_left_alone(emulator: Emulator, aws_account: AwsAccount) -> None:
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False)
    Run.objects.filter(pk=run.pk).update(claim="another", state=Run.State.RUNNING, heartbeat_at=timezone.now())
    assert not pull.finish(run.pk, progress=lambda run: None)
    assert emulator.calls() == []


@pytest.mark.django_db
def test_a_slice_of_time_ends_at_a_page(
    emulator: Emulator, aws_account: AwsAccount, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PULL_PAGE_ITEMS, settings.WORKER_SLICE_S = 2, 0
    seed(emulator)
    woken: list[tuple[str, int]] = []
    monkeypatch.setattr("sync.queue.wake", lambda task, pk: woken.append((task, pk)))
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False)
    pages = []
    while state_of(run) != Run.State.DONE:
        pull.work(run.pk)
        pages.append(Run.objects.get(pk=run.pk).pages)
    assert pages == [1, 2, 3]
    assert woken == [("sync.tasks.pull", run.pk)] * 2
    assert state_of(run) == Run.State.DONE and run.seen == 5


@pytest.mark.django_db
def test_only_what_is_left_lying_is_swept_up(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[int] = []
    monkeypatch.setattr("sync.queue.wake", lambda task, pk: woken.append(pk))
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR, wake=False)
    pull.sweep_due()
    assert woken == []
    Run.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=3))
    pull.sweep_due()
    assert woken == [run.pk]


@committed
@pytest.mark.parametrize("broker", ["redis://127.0.0.1:1/0", "filesystem://"])
def test_a_broker_that_is_down_stops_nobody(
    aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, broker: str
) -> None:
    down = Celery(broker=broker, set_as_current=False)
    if broker == "filesystem://":
        down.conf.broker_transport = "iamconsole.file_queue:Transport"
    down.conf.broker_transport_options = {"data_folder_out": "/proc/none", "max_retries": 1, "interval_start": 0}
    monkeypatch.setattr("sync.queue.current_app", down)
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR)
    assert (state_of(run), "can't be reached" in caplog.text) == (Run.State.QUEUED, True)


@pytest.mark.django_db
def test_the_schedule_starts_what_is_due(aws_account: AwsAccount) -> None:
    AwsAccount.objects.update(pull_every_minutes=30)
    pull.sweep_due()
    pull.sweep_due()
    run = Run.objects.get(source="iam.details")
    due = Schedule.objects.get(aws_account=aws_account, source="iam.details")
    assert run.trigger == Run.Trigger.SCHEDULE
    assert timedelta(minutes=29) < due.next_at - timezone.now() <= timedelta(minutes=33)


@pytest.mark.django_db
def test_no_schedule_means_none(aws_account: AwsAccount) -> None:
    pull.sweep_due()
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_the_queries_of_a_page_do_not_grow_with_it(emulator: Emulator, aws_account: AwsAccount) -> None:
    """One batch of many takes as many queries as one of few."""
    iam = emulator.client("iam")

    def queries_for(names: list[str]) -> int:
        for name in names:
            iam.create_user(UserName=name)
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=allowing(f"s3:{name}"))
        with CaptureQueriesContext(connection) as captured:
            pulled(aws_account)
        return len(captured)

    queries_for(["warm-up"])
    few = queries_for(["ann", "ben"])
    many = queries_for([f"user-{number}" for number in range(30)])
    assert few == many
