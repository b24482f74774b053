"""How many people helpdesk changes in an hour: each operator in each pool, whatever they do it with.

Who was sent something about counts, and who is about to be: so the limit is neither passed by two changes at once, nor
used up by what was never done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from cognito.models import CognitoUser, PoolPeopleSettings, UserPool
from cognito.people.care_check import CareCheck
from cognito.people.operations.base import on_person
from emulator.process import Emulator
from iamconsole.web.words import full_time
from sync import changes
from sync.changes import PlanError
from sync.models import Attempt, Change, Step
from tests.cognito.customers import customers
from tests.cognito.rows import make_person, make_pool
from tests.conftest import make_operator
from tests.services.changing import propose

pytestmark = pytest.mark.django_db
State = Change.State


@pytest.fixture
def pool(aws_account: AwsAccount) -> UserPool:
    made = make_pool(aws_account)
    allow(1)
    return made


def allow(people: int) -> None:
    PoolPeopleSettings.objects.update(helpdesk_per_hour=people)


def disable(operator: Operator, *people: CognitoUser) -> Change:
    return propose(people[0].aws_account, operator, [on_person(each, "cognito.user.disable") for each in people])


def tried(step: Step, outcome: str, ago: timedelta = timedelta(minutes=1)) -> None:
    Attempt.objects.create(step=step, number=1, started_at=timezone.now() - ago, snapshot={"part": 1}, outcome=outcome)


def disabled(person: CognitoUser, operator: Operator, *, ago: timedelta = timedelta(minutes=1)) -> Change:
    """By a change that was carried out so long ago."""
    change, at = disable(operator, person), timezone.now() - ago
    tried(change.steps.get(), Step.State.DONE, ago)
    change.steps.update(state=Step.State.DONE)
    Change.objects.filter(pk=change.pk).update(state=State.APPLIED, queued_at=at, finished_at=at)
    return change


@pytest.mark.parametrize(("ago", "refused"), [(timedelta(minutes=59), True), (timedelta(minutes=61), False)])
def test_an_hour_is_over_after_an_hour(ago: timedelta, refused: bool, pool: UserPool, hal: Operator) -> None:
    disabled(make_person(pool, "jane"), hal, ago=ago)
    john = make_person(pool, "john")
    if refused:
        free = timezone.localtime(Attempt.objects.get().started_at + timedelta(hours=1))
        said = "you changed 1, counting who waits for a worker, and this is about 1. Split it, or ask an editor or an"
        with pytest.raises(PlanError, match=f"{said} owner; next free at {full_time(free)}."):
            disable(hal, john)
    else:
        assert disable(hal, john).pk


def test_what_others_do_and_what_is_done_in_another_pool_does_not_count(pool: UserPool, hal: Operator) -> None:
    disabled(make_person(pool, "jane"), make_operator("hilda", Role.HELPDESK, pool.aws_account))
    disabled(make_person(make_pool(pool.aws_account, "others"), "june"), hal)
    assert disable(hal, make_person(pool, "john")).pk


def test_the_same_person_counts_once(pool: UserPool, hal: Operator) -> None:
    jane = make_person(pool, "jane")
    disabled(jane, hal)
    assert disable(hal, jane).pk


@pytest.mark.parametrize(
    ("state", "outcome", "counts"),
    [
        (State.APPLYING, "", True),  # it is just being sent
        (State.UNKNOWN, Step.State.UNKNOWN, True),
        (State.FAILED, Step.State.FAILED, False),
        (State.CONFLICTED, Step.State.CONFLICTED, False),
        (State.CANCELLED, None, False),
        (State.PROPOSED, None, False),  # turned back by the worker
        (State.QUEUED, None, True),
        (State.APPLYING, None, True),
        (State.WAITING, None, True),
    ],
)
def test_who_was_changed_counts_and_who_is_about_to_be(
    state: Change.State, outcome: str | None, counts: bool, pool: UserPool, hal: Operator
) -> None:
    change = disable(hal, make_person(pool, "jane"))
    Change.objects.filter(pk=change.pk).update(state=state, queued_at=timezone.now())
    if outcome is not None:
        tried(change.steps.get(), outcome)
    john = make_person(pool, "john")
    if counts:
        with pytest.raises(PlanError, match="1 person of this pool in an hour at most"):
            disable(hal, john)
    else:
        assert disable(hal, john).pk


def test_what_a_change_did_before_it_failed_counts_when_it_goes_on(pool: UserPool, hal: Operator) -> None:
    """Two of three; meanwhile another change did what was left of the hour."""
    allow(4)
    change = disable(hal, *(make_person(pool, name) for name in ("ann", "bea", "cora")))
    for step in change.steps.filter(position__lte=2):
        tried(step, Step.State.DONE)
    change.steps.filter(position__lte=2).update(state=Step.State.DONE)
    now = timezone.now()
    Change.objects.filter(pk=change.pk).update(state=State.FAILED, queued_at=now, finished_at=now)
    disabled(make_person(pool, "jane"), hal)
    disabled(make_person(pool, "june"), hal)
    with pytest.raises(PlanError, match="you changed 4, counting who waits for a worker, and this is about 1"):
        changes.retry(change=change, actor=hal)
    allow(5)
    assert changes.retry(change=change, actor=hal).state == State.QUEUED


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each returned or raised, in a thread of its own."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except PlanError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_pass_the_limit_and_do_not_block_each_other(
    emulator: Emulator, aws_account: AwsAccount, hal: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are looked at in the same moment, if nothing keeps them apart: each meets the other there."""
    found = customers(emulator, aws_account)
    allow(1)
    both = [disable(hal, found.person(name)) for name in ("ada", "ben")]
    meeting, refuses = Barrier(2), CareCheck.refuses

    def looked_at_together(*args: Any) -> str:
        said = refuses(*args)
        with suppress(BrokenBarrierError):
            meeting.wait(1)
        return said

    with monkeypatch.context() as patched:
        patched.setattr(CareCheck, "refuses", looked_at_together)
        answers = at_once([partial(changes.apply, change=each, actor=hal) for each in both])
    refused = [answer for answer in answers if isinstance(answer, PlanError)]
    assert ["in an hour at most: you changed 1" in str(answer) for answer in refused] == [True]
    at_once([partial(changes.work, each.pk) for each in both])
    assert sorted(Change.objects.values_list("state", flat=True)) == [State.APPLIED, State.PROPOSED]


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_of_two_that_have_a_worker_each_the_first_goes_on_where_the_limit_was_lowered(
    emulator: Emulator, aws_account: AwsAccount, hal: Operator
) -> None:
    found = customers(emulator, aws_account)
    both = [disable(hal, found.person(name)) for name in ("ada", "ben")]
    for change in both:
        changes.apply(change=change, actor=hal)
    allow(1)
    at_once([partial(changes.work, each.pk) for each in both])
    assert list(Change.objects.order_by("pk").values_list("state", flat=True)) == [State.APPLIED, State.PROPOSED]
