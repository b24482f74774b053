"""What goes when history is kept for so many days, and what never does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from sync import retention
from sync.models import Facet, Revision, Run
from tests.sync.planned import proposed

NOW = timezone.now()
Origin = Revision.Origin


@pytest.fixture(autouse=True)
def kept_for_30_days(db: None, settings: Any) -> None:
    settings.KEEP_HISTORY_DAYS = 30
    cache.delete("retention-place")


@pytest.fixture
def facet(aws_account: AwsAccount) -> Facet:
    return Facet.objects.create(
        aws_account=aws_account,
        kind="iam.user",
        object_id="AIDA1",
        source="details",
        raw_hash="",
        fingerprint="",
        read_at=NOW,
    )


def revise(facet: Facet, *days_ago: float, **fields: Any) -> list[Revision]:
    """Its next revisions, seen so many days ago."""
    first = max(numbers(facet), default=0) + 1
    values = {"origin": Origin.AWS, "content": {}, "fingerprint": "", **fields}
    return [
        Revision.objects.create(facet=facet, number=number, seen_at=NOW - timedelta(days=days), **values)
        for number, days in enumerate(days_ago, start=first)
    ]


def numbers(facet: Facet) -> list[int]:
    return sorted(facet.revisions.values_list("number", flat=True))


def in_force(facet: Facet, days_ago: float) -> int | None:
    """The number of the revision that says how it was then."""
    then = facet.revisions.filter(seen_at__lte=NOW - timedelta(days=days_ago)).order_by("-number").first()
    return then.number if then else None


@pytest.mark.stack
def test_what_was_replaced_before_then_goes(facet: Facet) -> None:
    revise(facet, 90, 80, 70, 60, 20, 1)
    assert retention.forget_old() == 2
    assert numbers(facet) == [3, 4, 5, 6]  # 4 was in force when the time kept begins; 3 says what 4 changed


def test_how_it_was_at_any_moment_since_stays_right(facet: Facet) -> None:
    revise(facet, 90, 80, 45, 29, 10)
    before = [in_force(facet, day) for day in range(30)]
    assert retention.forget_old() == 1
    assert [in_force(facet, day) for day in range(30)] == before


def test_the_newest_stays_however_old(facet: Facet) -> None:
    revise(facet, 900)
    assert retention.forget_old() == 0
    assert numbers(facet) == [1]


def test_what_a_gone_object_was_stays(facet: Facet) -> None:
    revise(facet, 90, 80)
    revise(facet, 70, gone=True)
    retention.forget_old()
    assert numbers(facet) == [2, 3]


def test_another_facets_revisions_dont_count(facet: Facet, aws_account: AwsAccount) -> None:
    other = Facet.objects.create(
        aws_account=aws_account,
        kind="iam.user",
        object_id="AIDA2",
        source="details",
        raw_hash="",
        fingerprint="",
        read_at=NOW,
    )
    revise(facet, 90)
    revise(other, 80, 70, 60)
    retention.forget_old()
    assert numbers(facet) == [1]


def test_what_a_change_of_ours_made_stays(facet: Facet, aws_account: AwsAccount, erin: Operator) -> None:
    step = proposed(aws_account, erin).steps.get()
    revise(facet, 99)
    revise(facet, 90, origin=Origin.CHANGE, step=step)
    revise(facet, 80, 70, 60)
    retention.forget_old()
    assert numbers(facet) == [2, 4, 5]


def test_drift_stays_until_it_is_decided_on(facet: Facet) -> None:
    revise(facet, 99, 98)
    [drift] = revise(facet, 90, origin=Origin.OUTSIDE)
    revise(facet, 80, 70, 60)
    retention.forget_old()
    assert numbers(facet) == [2, 3, 5, 6]  # 2 says what the drift changed
    drift.accepted_at = NOW
    drift.save()
    retention.forget_old()
    assert numbers(facet) == [5, 6]


def test_drift_that_a_change_is_to_undo_stays(facet: Facet, aws_account: AwsAccount, erin: Operator) -> None:
    change = proposed(aws_account, erin)
    revise(facet, 99)
    revise(facet, 90, origin=Origin.OUTSIDE, accepted_at=NOW, reversal=change)
    revise(facet, 80, 70, 60)
    retention.forget_old()
    assert numbers(facet) == [1, 2, 4, 5]


def test_all_stays_as_it_comes(facet: Facet, settings: Any) -> None:
    settings.KEEP_HISTORY_DAYS = 0
    revise(facet, 9000, 8000, 7000)
    assert retention.forget_old() == 0
    assert numbers(facet) == [1, 2, 3]


def test_it_takes_a_little_at_a_time_and_goes_round(facet: Facet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    revise(facet, 99, 98, 97, 96, 95, 94, 93)
    assert [retention.forget_old() for _ in range(3)] == [3, 2, 0]
    revise(facet, 92, 91, 90)
    assert [retention.forget_old() for _ in range(2)] == [3, 0]
    assert numbers(facet) == [9, 10]


@pytest.mark.parametrize(("days_ago", "kept"), [(31, []), (29, [{"line": "Done."}])])
def test_logs_of_old_runs_go(aws_account: AwsAccount, days_ago: int, kept: list[object]) -> None:
    finished = NOW - timedelta(days=days_ago)
    run = Run.objects.create(
        aws_account=aws_account,
        source="iam.details",
        state=Run.State.DONE,
        trigger=Run.Trigger.COMMAND,
        finished_at=finished,
        seen=12,
        log=[{"line": "Done."}],
    )
    retention.forget_logs()
    run.refresh_from_db()
    assert (run.log, run.seen) == (kept, 12)


def test_an_active_run_keeps_its_log(aws_account: AwsAccount) -> None:
    run = Run.objects.create(
        aws_account=aws_account,
        source="iam.details",
        state=Run.State.RUNNING,
        trigger=Run.Trigger.COMMAND,
        log=[{"line": "Began."}],
    )
    retention.forget_old()
    run.refresh_from_db()
    assert run.log
