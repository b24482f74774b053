"""Operations that meet each fault of a change: `make test` takes one of each guarantee, `make faults` all of them.

What is said here of a kind by its guarantee holds for every operation.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import Operator
from sync import changes
from sync.changes import failpoints
from sync.changes.failpoints import FailPoint
from sync.models import Change, Step
from sync.operations import Guarantee, registry
from tests.faults import children
from tests.faults.matrix import Cell
from tests.faults.trial import Expected, Trial
from tests.project.operations import SENDING
from tests.services.servers import restart_postgres, restart_redis
from tests.services.workers import empty_queue, messages_about_changes
from tests.services.world import World

ONE_OF_EACH_GUARANTEE = ("iam.role.attach", "iam.policy.update", "iam.key.create")
KINDS = sorted(SENDING) if os.environ.get("FAULTS") == "all" else ONE_OF_EACH_GUARANTEE
# Without those that a change alone never passes.
ELSEWHERE = {FailPoint.IN_WAVE, FailPoint.EVENTS_RECEIVED, FailPoint.EVENTS_KEPT}
OF_ONE_CHANGE = [point for point in FailPoint if point not in ELSEWHERE]
State = Step.State
ONCE, NEVER_KNOWN = Expected(State.DONE, 1), Expected(State.UNKNOWN, 0)

of_each_kind = pytest.mark.parametrize("kind", KINDS)
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def impatient(settings: Any) -> None:
    settings.VERIFY_DEADLINE_S = 0.3


@pytest.fixture
def trial(world: World, alice: Operator, kind: str) -> Trial:
    return Trial(world, alice, kind)


def after_a_write(trial: Trial) -> Expected:
    """AWS did it, and nobody wrote that down: found and adopted, or an operator is asked; what can't be seen again."""
    if trial.at_most_once:
        return Expected(State.UNKNOWN, 1)
    return Expected(State.ALREADY_DONE, 1) if trial.operation.shows else Expected(State.DONE, 2)


def found_out(trial: Trial, point: FailPoint) -> Expected:
    """By the worker after the one that ended there. What a call at most once tells in secret is kept at once."""
    if trial.at_most_once:
        unkept = {} if trial.has_secrets else {FailPoint.BEFORE_COMMIT: after_a_write(trial)}
        return {FailPoint.TO_BE_SENT: NEVER_KNOWN, FailPoint.ANSWERED: after_a_write(trial), **unkept}.get(point, ONCE)
    return after_a_write(trial) if point in (FailPoint.ANSWERED, FailPoint.BEFORE_COMMIT) else ONCE


def test_one_of_each_guarantee_is_tried_in_every_run() -> None:
    assert {registry[kind].guarantee for kind in ONE_OF_EACH_GUARANTEE} == set(Guarantee)


# ---- The worker is killed, stopped, or not alone -------------------------------------------------------------
@of_each_kind
@committed
@pytest.mark.parametrize("point", OF_ONE_CHANGE)
def test_killed(trial: Trial, point: FailPoint, cell: Cell) -> None:
    assert children.killed(trial.change.pk, point)
    trial.taken_over()
    cell(f"killed {point}", trial.differs(found_out(trial, point)))


@of_each_kind
@committed
@pytest.mark.parametrize("point", OF_ONE_CHANGE)
def test_stalled(trial: Trial, point: FailPoint, cell: Cell) -> None:
    """It is taken for dead, and wakes up when another worker has carried the change out.

    Stopped inside a transaction it holds what it wrote: until PostgreSQL ends its session, and on SQLite, where nobody
    else writes meanwhile, until it wakes up and goes on.
    """
    sleeper = children.stopped(trial.change.pk, point)
    if point is FailPoint.BEFORE_COMMIT and connection.vendor == "sqlite":
        kept_out = trial.keeps_out()
        slept = "" if children.woken(sleeper) else "the sleeper failed; "
        return cell(f"stalled {point}", kept_out + slept + trial.differs(ONCE))
    trial.taken_over()
    slept = "" if children.woken(sleeper) else "the sleeper failed; "
    cell(f"stalled {point}", slept + trial.differs(found_out(trial, point)))


@of_each_kind
@committed
def test_two_workers(trial: Trial, cell: Cell) -> None:
    both = [children.start(trial.change.pk) for _ in range(2)]
    faultless = [children.ended(pid) for pid in both]
    failed = "" if all(faultless) else "a worker failed; "
    cell("two workers", failed + trial.differs(ONCE))


# ---- AWS refuses, is silent, or is not as it was -------------------------------------------------------------
@of_each_kind
@pytest.mark.django_db
def test_answer_lost(trial: Trial, cell: Cell) -> None:
    """The client itself sends an idempotent call again; any other is looked at first."""
    trial.world.emulator.rules(
        [{"action": action, "when": "after", "truncate": True, "times": 1} for action in trial.actions]
    )
    trial.work()
    trial.world.emulator.rules([])
    expected = after_a_write(trial)
    if trial.operation.guarantee is Guarantee.IDEMPOTENT:
        trial.change.refresh_from_db()
        expected = Expected(State(trial.change.steps.get().state), 1, most=2)
        assert expected.step in Step.FINISHED, trial.change.error
    cell("answer lost", trial.differs(expected))


REFUSALS = {
    "throttled": ("Throttling", 400, 2, State.DONE),
    "busy": ("ConcurrentModification", 409, 1, State.DONE),
    "denied": ("AccessDenied", 403, None, State.FAILED),
    "not found": ("NoSuchEntity", 404, None, State.CONFLICTED),
    "exists": ("EntityAlreadyExists", 409, None, State.CONFLICTED),
}


@of_each_kind
@pytest.mark.django_db
@pytest.mark.parametrize("name", REFUSALS)
def test_refused(trial: Trial, name: str, cell: Cell) -> None:
    code, status, times, step = REFUSALS[name]
    error = {"code": code, "status": status}
    trial.world.emulator.rules([{"action": action, "error": error, "times": times} for action in trial.actions])
    trial.work()
    trial.world.emulator.rules([])
    differs = trial.differs(Expected(step, int(step in Step.FINISHED)))
    if name == "denied" and not differs:
        changes.retry(change=trial.change, actor=trial.operator)
        trial.work()
        trial.change.refresh_from_db()
        differs = "" if trial.change.state == Change.State.APPLIED else f"a retry: {trial.change.error}"
    cell(name, differs)


@of_each_kind
@pytest.mark.django_db
def test_changed_behind_our_back(trial: Trial, cell: Cell) -> None:
    """Somebody does the same between plan and apply. What doesn't show can't be missed: it is done once more."""
    trial.done_by_somebody_else()
    trial.work()
    expected = Expected(State.CONFLICTED, 0) if trial.operation.shows else ONCE
    cell("behind our back", trial.differs(expected, others=True))


# ---- A server goes away --------------------------------------------------------------------------------------
@of_each_kind
@committed
@pytest.mark.stack
def test_broker_restarted(trial: Trial, cell: Cell) -> None:
    """The message is lost with it; the next tick sends another. (Files keep messages: there they are deleted.)"""
    empty_queue()
    changes.sweep_due()
    assert messages_about_changes() == 1
    if settings.REDIS_URL:
        restart_redis()
    else:
        empty_queue()
    assert messages_about_changes() == 0
    changes.sweep_due()
    assert messages_about_changes() == 1
    trial.work()
    cell("broker restarted", trial.differs(ONCE))


@of_each_kind
@committed
@pytest.mark.servers
@pytest.mark.parametrize("point", [FailPoint.TO_BE_SENT, FailPoint.ANSWERED])
def test_postgres_restarted(trial: Trial, point: FailPoint, cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of a step: what the worker was about to write down, it can't."""
    restart = iter([restart_postgres])
    monkeypatch.setattr(failpoints, "passing", at(point, lambda: next(restart, lambda: None)()))
    trial.work()
    connection.close()  # as Celery does at the end of a task
    monkeypatch.undo()
    trial.taken_over()
    cell(f"postgres restarted {point}", trial.differs(found_out(trial, point)))


def at(point: FailPoint, act: Callable[[], object]) -> Callable[[FailPoint], None]:
    def passing(here: FailPoint) -> None:
        if here == point:
            act()

    return passing
