"""Pulls that found nothing become totals of their day; what is open, referred to, or the newest of anything stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.models import IamUser
from sync import drift, idle_runs, pull_groups, refresh
from sync.models import Facet, PullDay, Revision, Run, SourceState
from tests.conftest import make_aws_account
from tests.services.pulling import pulled, seed

State = Run.State
PLACE = "retention-idle-place"


@pytest.fixture(autouse=True)
def summed_after_14_days(settings: Any) -> Iterator[None]:
    settings.KEEP_IDLE_RUNS_DAYS = 14
    cache.delete(PLACE)
    yield
    cache.delete(PLACE)


def ran(aws_account: AwsAccount, days_ago: float, **fields: Any) -> Run:
    at = timezone.now() - timedelta(days=days_ago)
    values = {"source": "iam.details", "state": State.DONE, "trigger": "schedule", "seen": 7, **fields}
    times = {"created_at": at, "started_at": at, "finished_at": at + timedelta(seconds=2)}
    return Run.objects.create(aws_account=aws_account, **{**times, **values})


def left() -> list[int]:
    return sorted(Run.objects.values_list("pk", flat=True))


@pytest.mark.stack
@pytest.mark.django_db
def test_they_are_summed_up_by_day(aws_account: AwsAccount) -> None:
    noon = datetime.now(UTC).replace(hour=12, minute=0) - timedelta(days=20)
    at = {"created_at": noon, "started_at": noon, "finished_at": noon + timedelta(seconds=2)}
    first = ran(aws_account, 90)
    for _ in range(3):
        ran(aws_account, 20, **at)
    newest = ran(aws_account, 1)
    assert idle_runs.sum_up() == 3
    assert left() == [first.pk, newest.pk]
    day = PullDay.objects.get()
    assert (day.day, day.source, day.runs, day.seen, day.took_ms) == (noon.date(), "iam.details", 3, 21, 6000)


@pytest.mark.django_db
def test_a_total_grows(aws_account: AwsAccount) -> None:
    ran(aws_account, 90)
    for _ in range(2):
        ran(aws_account, 20)
        ran(aws_account, 1)
        cache.delete(PLACE)
        assert idle_runs.sum_up() == 1
    assert sum(PullDay.objects.values_list("runs", flat=True)) == 2


@pytest.mark.django_db
def test_who_is_stopped_in_the_middle_counts_none_twice(
    aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran(aws_account, 90)
    for _ in range(5):
        ran(aws_account, 20)
    ran(aws_account, 1)
    monkeypatch.setattr(idle_runs, "BATCH", 2)
    with monkeypatch.context() as patched:
        patched.setattr(pull_groups, "unmark", stop)
        with pytest.raises(KeyboardInterrupt):
            idle_runs.sum_up()
    assert Run.objects.count() + sum(PullDay.objects.values_list("runs", flat=True)) == 7
    idle_runs.sum_up()
    assert (Run.objects.count(), sum(PullDay.objects.values_list("runs", flat=True))) == (2, 5)


def stop(gone: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.django_db
def test_drift_still_names_the_two_pulls_between_which_it_came(emulator: Emulator, aws_account: AwsAccount) -> None:
    iam = seed(emulator)
    runs = [pulled(aws_account) for _ in range(3)]
    iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "finance"}])
    runs += [pulled(aws_account) for _ in range(3)]
    long_ago = timezone.now() - timedelta(days=20)
    Run.objects.update(trigger="schedule", created_at=long_ago, finished_at=long_ago)
    Revision.objects.filter(origin="outside").update(accepted_at=timezone.now())
    idle_runs.sum_up()
    assert left() == [runs[0].pk, runs[2].pk, runs[3].pk, runs[5].pk]


@pytest.mark.django_db
def test_accepted_drift_that_an_event_found_keeps_the_pull_before_it(
    emulator: Emulator, aws_account: AwsAccount, erin: Operator
) -> None:
    iam = seed(emulator)
    runs = [pulled(aws_account) for _ in range(3)]
    others = [pulled(aws_account, source="iam.alias") for _ in range(3)]
    iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "finance"}])
    event = refresh.start(row=IamUser.objects.get(), actor=erin)
    refresh.work(event.pk)
    runs += [pulled(aws_account) for _ in range(3)]
    others += [pulled(aws_account, source="iam.alias")]
    long_ago = timezone.now() - timedelta(days=20)
    Run.objects.update(trigger="schedule", created_at=long_ago, finished_at=long_ago)
    Revision.objects.filter(origin="outside").update(accepted_at=timezone.now())
    idle_runs.sum_up()
    [found] = drift.drift_of(aws_account)
    assert (found.earlier_run, found.run_id) == (runs[2].pk, event.pk)
    assert left() == sorted(each.pk for each in (runs[0], runs[2], event, runs[5], others[0], others[3]))


@pytest.mark.django_db
def test_old_totals_go(aws_account: AwsAccount, settings: Any) -> None:
    settings.KEEP_RUNS_DAYS = 30
    today = timezone.now().date()
    for days in (40, 29):
        about = {"source": "iam.details", "runs": 1, "seen": 1, "took_ms": 1}
        PullDay.objects.create(aws_account=aws_account, day=today - timedelta(days=days), **about)
    assert idle_runs.forget_days() == 1
    assert PullDay.objects.get().day == today - timedelta(days=29)


RUNS = st.lists(
    st.fixed_dictionaries(
        {
            "days_ago": st.integers(0, 40),
            "state": st.sampled_from([*[State.DONE] * 3, State.FAILED, State.CANCELLED, State.RUNNING]),
            "source": st.sampled_from(["iam.details", "iam.keys"]),
            "region": st.sampled_from(["", "eu-west-1"]),
            "trigger": st.sampled_from(["schedule", "schedule", "operator"]),
            "changed": st.sampled_from([0, 0, 1]),
            "brought": st.booleans(),
        }
    ),
    max_size=12,
)


class WhatStays(TestCase):
    @given(RUNS)
    def test_nothing_goes_that_is_open_referred_to_or_the_newest(self, drawn: list[dict[str, Any]]) -> None:
        aws_account = make_aws_account()
        facet = Facet.objects.create(
            aws_account=aws_account, kind="iam.user", object_id="AIDA1", source="details", read_at=timezone.now()
        )
        before = {}
        for number, each in enumerate(sorted(drawn, key=lambda each: -each["days_ago"])):
            fields = {name: value for name, value in each.items() if name not in ("days_ago", "brought")}
            if fields["state"] == State.RUNNING:
                fields |= {"finished_at": None, "object_kind": "iam.user", "object_id": f"AIDA{number}"}
            run = ran(aws_account, each["days_ago"], **fields)
            before[run.pk] = run
            if each["brought"]:
                Revision.objects.create(
                    facet=facet, number=number + 1, run=run, origin="aws", content={}, seen_at=timezone.now()
                )
        cache.delete(PLACE)
        idle_runs.sum_up()
        gone = [run for pk, run in before.items() if pk not in set(left())]
        referred = set(Revision.objects.values_list("run", flat=True))
        states = SourceState.objects.values_list("done", "failed", "first_done")
        needed: set[int | None] = {pk for row in states for pk in row}
        for run in gone:
            assert run.state == State.DONE and run.trigger == "schedule" and not run.changed
            assert run.finished_at is not None and run.finished_at < timezone.now() - timedelta(days=14)
            assert run.pk not in needed | referred
        assert sum(PullDay.objects.values_list("runs", flat=True)) == len(gone)
        assert needed - {None} <= set(before)
