"""What is done once a minute, while something of it fails, or somebody who was stopped holds what it needs."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from kombu import Connection

from accounts import audit
from accounts.models import AuditEntry, AwsAccount, Operator
from iamconsole import file_queue
from iamconsole.web import waiting
from sync import changes, health, pull, ticks
from sync.changes.failpoints import FailPoint
from sync.models import Change, Facet, Run, TickPart
from tests.faults import children
from tests.faults.trial import Trial
from tests.services.pages import address
from tests.services.pulling import pulled
from tests.services.world import World

SEALING = "accounts.audit.chain.seal"


def at_once() -> None:
    """The next tick isn't too soon."""
    TickPart.objects.filter(name=TickPart.TICK).update(began_at=timezone.now() - timedelta(minutes=1))


def failing() -> list[str]:
    return [finding.name for finding in health.check_ticks()]


@pytest.mark.django_db
def test_a_part_that_fails_stops_no_other_and_is_told(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    AwsAccount.objects.update(pull_every_minutes=30)

    def broken() -> None:
        raise OperationalError("canceling statement due to lock timeout")

    broken.__module__, broken.__name__ = SEALING.rpartition(".")[::2]
    with monkeypatch.context() as patched:
        patched.setattr(audit, "seal", broken)
        ticks.run()
    assert Run.objects.exists(), "nothing was started"
    assert (failing(), TickPart.objects.get(name=SEALING).error) == (
        [f"periodic task {SEALING}"],
        "OperationalError: canceling statement due to lock timeout",
    )
    at_once()
    ticks.run()
    assert failing() == []


@pytest.mark.django_db
def test_ticks_that_waited_for_a_worker_are_one(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []
    monkeypatch.setattr(ticks, "parts", lambda: iter([("counting", lambda: ran.append(1))]))
    for _ in range(3):
        ticks.run()
    assert len(ran) == 1
    TickPart.objects.update(began_at=timezone.now() + timedelta(hours=2))  # the clock was set back
    ticks.run()
    assert len(ran) == 2


def test_no_clock_makes_a_tick_expire() -> None:
    entries: Any = settings.CELERY_BEAT_SCHEDULE
    assert not any("expires" in entry.get("options", {}) for entry in entries.values())


# ---- Clocks that differ --------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("away", [timedelta(hours=-1), timedelta(hours=1)], ids=["silent", "in the future"])
def test_a_dead_worker_is_replaced_whatever_its_heartbeat_says(
    world: World, alice: Operator, away: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = Trial(world, alice, "iam.role.attach")
    at = timezone.now() + away
    Change.objects.update(state=Change.State.APPLYING, claim="dead", heartbeat_at=at, started_at=at)
    run = pull.start(aws_account=world.aws_account, trigger=Run.Trigger.COMMAND, wake=False)
    Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING, claim="dead", heartbeat_at=at)
    woken: list[tuple[str, int]] = []
    monkeypatch.setattr("sync.queue.wake", lambda task, pk: woken.append((task, pk)))
    changes.sweep_due()
    pull.sweep_due()
    trial.change.refresh_from_db()
    assert (trial.change.state, trial.change.claim) == (Change.State.QUEUED, "")
    assert ("sync.tasks.pull", run.pk) in woken
    pull.work(run.pk)
    run.refresh_from_db()
    assert run.state == Run.State.DONE


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hours", [-5, 5])
def test_claims_go_by_the_database_s_clock(
    world: World, alice: Operator, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial, real = Trial(world, alice, "iam.role.attach"), timezone.now
    with monkeypatch.context() as skewed:
        skewed.setattr("django.utils.timezone.now", lambda: real() + timedelta(hours=hours))
        assert children.killed(trial.change.pk, FailPoint.ATTEMPT_SAVED)
    changes.sweep_due()
    trial.change.refresh_from_db()
    assert trial.change.state == Change.State.APPLYING, "it lives, by the database's clock"
    trial.taken_over()
    trial.change.refresh_from_db()
    assert trial.change.state == Change.State.APPLIED


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hours", [-5, 5])
def test_what_was_read_when_goes_by_the_database_s_clock(
    world: World, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one worker read is compared with what another one wrote."""
    world.iam.create_user(UserName="jane")
    began, real = timezone.now(), timezone.now
    with monkeypatch.context() as skewed:
        skewed.setattr("django.utils.timezone.now", lambda: real() + timedelta(hours=hours))
        pulled(world.aws_account)
    read = Facet.objects.filter(kind="iam.user").values_list("read_at", flat=True)
    assert read and all(began <= at <= timezone.now() for at in read)


# ---- Somebody was stopped inside a transaction ---------------------------------------------------------------
@pytest.fixture
def sleeper(world: World, alice: Operator) -> Iterator[Change]:
    """The change whose worker was stopped in a transaction that it doesn't end."""
    trial = Trial(world, alice, "iam.role.attach")
    pid = children.stopped(trial.change.pk, FailPoint.BEFORE_COMMIT, idle_s=60)
    yield trial.change
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_a_stopped_worker_holds_up_nobody_else(sleeper: Change, alice: Operator, settings: Any) -> None:
    settings.CLAIM_TIMEOUT_S = 0  # so it is taken for dead, and the row that it holds is wanted
    AwsAccount.objects.update(pull_every_minutes=30)
    Change.objects.exclude(pk=sleeper.pk).update(state=Change.State.SCHEDULED, not_before=timezone.now())
    ticks.run()
    assert failing() == []
    assert Run.objects.filter(trigger=Run.Trigger.SCHEDULE).exists()
    assert not AuditEntry.objects.filter(number=None).exists()
    changes.work(sleeper.pk)
    with pytest.raises(OperationalError), waiting.short_waits(200):
        changes.cancel(change=sleeper, actor=alice)


@pytest.mark.skipif(bool(settings.REDIS_URL), reason="PostgreSQL has many writers")
@pytest.mark.django_db(transaction=True)
def test_who_writes_is_told_soon_that_somebody_was_stopped(
    sleeper: Change, alice: Operator, client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "SHORT_MS", 200)
    with pytest.raises(OperationalError, match="database is locked"):
        ticks.run()
    found = health.check_writes()
    assert (found.ok, found.detail) == (False, "database is locked")
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.2)
    connection.close()
    answer = Client(raise_request_exception=False).post(address("change_cancel", pk=str(sleeper.pk)))
    assert answer.status_code == 302, "it asks who that is, by a look"
    answer = Client(raise_request_exception=False).post("/auth/login/", {"login": alice.email, "password": "x" * 12})
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "The database is held up" in answer.content.decode()
    connection.close()


def test_who_was_stopped_with_the_queue_s_lock_holds_up_no_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_queue, "PATIENCE_S", 0.1)
    (tmp_path / "control").mkdir()
    where = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "control_folder": str(tmp_path)}
    with Connection("filesystem://", transport=file_queue.Transport, transport_options=where) as opened:
        channel: Any = opened.channel()
        with channel._alone(), pytest.raises(TimeoutError):
            channel._put("changes", {})
        channel._put("changes", {"id": 1})
        with channel._alone(), pytest.raises(Empty):
            channel._get("changes")
        assert channel._get("changes") == {"id": 1}
