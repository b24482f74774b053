"""The database was set back, as by an older backup: what was sent since isn't sent again, and somebody has to look."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts.models import AuditEntry, Operator
from identities.operations import attach
from sync import changes, counter, health, ticks
from sync.changes import failpoints
from sync.changes.failpoints import FailPoint
from sync.counter import inside, outside
from sync.counter import release as service
from sync.models import Attempt, Change, Lease, Step, StepCounter
from sync.operations import StepSpec
from tests.project.operations import SENDING
from tests.services.changing import lines, propose
from tests.services.pages import get, text_of
from tests.services.world import World

committed = pytest.mark.django_db(transaction=True)
WRITES = ("AttachRolePolicy", "CreateAccessKey", "UpdateLoginProfile")


@pytest.fixture
def change(world: World, erin: Operator) -> Change:
    """Two steps, and it waits for a worker."""
    policy = world.policy()
    change = propose(world.aws_account, erin, [attach(world.role(name), policy.arn) for name in ("one", "two")])
    changes.apply(change=change, actor=erin)
    return change


def set_back(by: int = 1) -> None:
    row = StepCounter.objects.get()
    StepCounter.objects.update(number=row.number - by)


def writes(world: World) -> list[int]:
    """How often AWS did each."""
    return [len(world.sent(action)) for action in WRITES]


def copied(to: Path) -> None:
    """A backup of the database, taken while it is in use."""
    connection.ensure_connection()
    with closing(sqlite3.connect(to)) as backup:
        connection.connection.backup(backup)


def restored(copy: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(copy)) as backup:
        backup.backup(connection.connection)


# ---- A backup is restored ------------------------------------------------------------------------------------
@pytest.mark.skipif(bool(settings.REDIS_URL), reason="the backup is a file")
@committed
def test_a_restored_backup_sends_nothing_again(
    world: World, alice: Operator, olga: Operator, client_of: Callable[..., Client], tmp_path: Path
) -> None:
    attached, reset = (SENDING[kind].prepared(world, alice) for kind in ("iam.role.attach", "iam.login.reset"))
    steps = [attached, StepSpec("iam.key.create", {"arn": reset.params["arn"]}), reset]
    world.emulator.forget_calls()
    of_each = [propose(world.aws_account, alice, [step]) for step in steps]
    for change in of_each:
        changes.apply(change=change, actor=alice)
    counter.look_after()
    copied(tmp_path / "backup")
    for change in of_each:
        changes.work(change.pk)
    sent = writes(world)
    assert sent == [1, 1, 1]
    restored(tmp_path / "backup")
    outside._seen.clear()  # as if every process was started anew
    ticks.run()
    for change in of_each:
        changes.work(change.pk)
    assert writes(world) == sent
    assert {each.state for each in Change.objects.all()} == {Change.State.QUEUED}
    assert not health.check_queue().ok
    assert Client().get("/health/").json()["queue"] == "on hold"
    page = text_of(get(client_of(olga), "overview"))
    assert "Nothing is sent to AWS: the queue of changes is on hold" in page

    first, *unseen = of_each
    assert command("release_queue").count("May have been sent since") == 2
    with pytest.raises(CommandError, match="can’t go on by themselves"):
        command("release_queue", "--release", "Looked", "--go-on", str(unseen[0].pk))
    command("release_queue", "--release", "Looked", "--go-on", str(first.pk))
    for change in of_each:
        changes.work(change.pk)
        change.refresh_from_db()
    assert [each.state for each in of_each] == [Change.State.CONFLICTED, Change.State.UNKNOWN, Change.State.UNKNOWN]
    assert writes(world) == sent
    assert "the database was set back" in text_of(get(client_of(olga), "change", pk=str(unseen[0].pk)))
    entry = AuditEntry.objects.get(verb="queue.released")
    assert (entry.reason, entry.data["changes_going_on"]) == ("Looked", [first.pk])
    assert counter.look()


# ---- Where the number stands ---------------------------------------------------------------------------------
@pytest.fixture
def counted(world: World) -> int:
    """A number that stands wherever it can."""
    for _ in range(3):
        counter.pass_on(counter.count())
    return StepCounter.objects.get().number


@pytest.mark.stack
@pytest.mark.django_db
def test_it_is_noticed_by_what_stands_outside(counted: int) -> None:
    outside._seen.clear()
    assert counter.look()
    set_back()
    assert not counter.look()
    assert counter.status().why == inside.SET_BACK.format(number=counted - 1, outside=counted)


@pytest.mark.stack
@pytest.mark.django_db
def test_it_is_noticed_by_a_process_that_lived_on(counted: int, lost_outside: Callable[[], None]) -> None:
    lost_outside()
    set_back()
    counter.look_after()
    assert counter.is_on_hold()


@pytest.fixture
def lost_outside(settings: Any, tmp_path: Path) -> Callable[[], None]:
    def lose() -> None:
        if settings.REDIS_URL:
            outside._places(settings.REDIS_URL, settings.COUNTER_DIR)[0]._redis.flushdb()  # type: ignore[attr-defined]
        settings.COUNTER_DIR = str(tmp_path / "empty") if settings.COUNTER_DIR else ""

    return lose


@pytest.mark.stack
@pytest.mark.django_db
def test_what_was_lost_outside_holds_nothing_and_is_filled_again(
    counted: int, lost_outside: Callable[[], None]
) -> None:
    lost_outside()
    outside._seen.clear()
    counter.look_after()
    assert not counter.is_on_hold()
    outside._seen.clear()
    assert outside.read(StepCounter.objects.get().installation) == counted


@pytest.mark.django_db
def test_who_counted_later_may_be_heard_of_earlier(world: World) -> None:
    earlier, later = counter.count(), counter.count()
    counter.pass_on(later)
    counter.pass_on(earlier)
    assert not counter.is_on_hold()


@pytest.mark.django_db
def test_nothing_is_sent_that_cant_be_written_outside(
    world: World, change: Change, settings: Any, tmp_path: Path
) -> None:
    counter.look_after()
    good, settings.REDIS_URL = settings.COUNTER_DIR, ""
    (tmp_path / "file").touch()
    settings.COUNTER_DIR = str(tmp_path / "file")
    changes.work(change.pk)
    change.refresh_from_db()
    assert (change.state, world.sent("AttachRolePolicy")) == (Change.State.QUEUED, [])
    settings.COUNTER_DIR = good or str(tmp_path)
    changes.work(change.pk)
    change.refresh_from_db()
    assert change.state == Change.State.APPLIED


# ---- While a worker is at it ---------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("together", [True, False])
def test_a_worker_in_the_middle_of_a_change_stops(
    world: World, change: Change, together: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its claim is in the copy, too."""
    if not together:
        monkeypatch.setattr("sync.changes.waves.FIRST_TOGETHER", 1)
    for _ in range(3):
        counter.pass_on(counter.count())
    passed: list[str] = []

    def passing(point: FailPoint) -> None:
        passed.append(point)
        if point is FailPoint.BEFORE_ATTEMPT and passed.count(point) == (1 if together else 2):
            set_back(2)

    monkeypatch.setattr(failpoints, "passing", passing)
    changes.work(change.pk)
    change.refresh_from_db()
    assert (change.state, change.claim) == (Change.State.QUEUED, "")
    assert len(world.sent("AttachRolePolicy")) == (0 if together else 1)
    assert lines(change)[-1].startswith("The queue is on hold")
    assert not Lease.objects.exists()
    assert not Attempt.objects.filter(outcome="").exists()
    assert not change.steps.filter(state=Step.State.SENDING).exists()


# ---- Releasing it --------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_only_owners_of_all_release_it(world: World, alice: Operator, olga: Operator) -> None:
    with pytest.raises(changes.PlanError, match="isn’t on hold"):
        service.release(actor=olga, going_on=[])
    counter.hold(why="A backup was restored.", actor=None)
    with pytest.raises(changes.PlanError, match="Only owners of all"):
        service.release(actor=alice, going_on=[])


def command(*arguments: str) -> str:
    printed = io.StringIO()
    call_command(*arguments, stdout=printed)
    return printed.getvalue()


@pytest.mark.django_db
def test_holding_and_releasing_by_command(world: World, change: Change) -> None:
    assert "isn't on hold" in command("release_queue")
    command("hold_queue", "--reason", "A backup of Monday was restored.")
    changes.work(change.pk)
    assert world.sent("AttachRolePolicy") == []
    shown = command("release_queue")
    assert "A backup of Monday was restored." in shown
    assert f"Change {change.pk} of Acme" in shown
    with pytest.raises(CommandError, match="don’t wait: 99"):
        command("release_queue", "--release", "Looked", "--go-on", "99")
    assert "1 go on, 0 are" in command("release_queue", "--release", "Looked", "--go-on", str(change.pk))
    changes.work(change.pk)
    change.refresh_from_db()
    assert change.state == Change.State.APPLIED
    verbs = AuditEntry.objects.filter(verb__startswith="queue.").order_by("pk")
    assert [(each.verb, each.actor_name) for each in verbs] == [
        ("queue.held", "command line"),
        ("queue.released", "command line"),
    ]


@pytest.mark.django_db
def test_what_was_stopped_is_retried_by_who_has_looked(world: World, change: Change, erin: Operator) -> None:
    counter.hold(why="A backup was restored.", actor=None)
    service.release(actor=None, going_on=[])
    change.refresh_from_db()
    assert [step.state for step in change.steps.all()] == [Step.State.UNKNOWN, Step.State.PENDING]
    changes.retry(change=change, actor=erin)
    changes.work(change.pk)
    change.refresh_from_db()
    assert change.state == Change.State.APPLIED
