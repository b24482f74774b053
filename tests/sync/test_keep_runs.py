"""Which runs go when they are old, and which never do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import Emulator
from sync import drift, retention
from sync.models import Facet, Revision, Run
from tests.project.test_query_plans import plan_of
from tests.services.pulling import pulled, seed

pytestmark = pytest.mark.django_db
DONE, FAILED = Run.State.DONE, Run.State.FAILED


@pytest.fixture(autouse=True)
def kept_for_30_days(settings: Any) -> Iterator[None]:
    settings.KEEP_RUNS_DAYS = 30
    cache.delete_many(["retention-runs-place", "retention-logs-place"])
    yield
    cache.delete_many(["retention-runs-place", "retention-logs-place"])


def ran(aws_account: AwsAccount, days_ago: float, **fields: Any) -> int:
    at = timezone.now() - timedelta(days=days_ago)
    values = {"source": "iam.details", "state": DONE, "trigger": "schedule", "finished_at": at, **fields}
    return Run.objects.create(aws_account=aws_account, created_at=at, started_at=at, **values).pk


def left() -> list[int]:
    retention.forget_runs()
    return sorted(Run.objects.values_list("pk", flat=True))


@pytest.mark.stack
def test_those_that_nothing_needs_go(aws_account: AwsAccount) -> None:
    first, *_, young, newest = [ran(aws_account, days) for days in (90, 80, 70, 29, 1)]
    assert left() == [first, young, newest]


def test_the_newest_of_each_ending_stays_however_old(aws_account: AwsAccount) -> None:
    first, _, newest = [ran(aws_account, days) for days in (900, 800, 700)]
    _, failed = [ran(aws_account, days, state=FAILED) for days in (600, 500)]
    assert left() == [first, newest, failed]


def test_another_source_and_region_dont_count(aws_account: AwsAccount) -> None:
    places: list[dict[str, Any]] = [
        {},
        {"source": "iam.alias"},
        {"region": "eu-west-1"},
        {"source": "iam.alias", "state": FAILED},
    ]
    kept = [ran(aws_account, 90, **place) for place in places]
    assert left() == kept


def test_one_at_work_stays(aws_account: AwsAccount) -> None:
    runs = [ran(aws_account, 90), ran(aws_account, 80, state=Run.State.RUNNING, finished_at=None), ran(aws_account, 1)]
    assert left() == runs


def test_all_stay_when_told_so(aws_account: AwsAccount, settings: Any) -> None:
    settings.KEEP_RUNS_DAYS = 0
    runs = [ran(aws_account, days) for days in (9000, 8000, 7000)]
    assert left() == runs


def test_it_takes_a_little_at_a_time(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "RUNS_BATCH", 3)
    for days in range(99, 92, -1):
        ran(aws_account, days)
    assert [retention.forget_runs() for _ in range(4)] == [2, 3, 0, 0]


def made_old() -> None:
    for run in Run.objects.all():
        at = timezone.now() - timedelta(days=100 - run.pk % 50)
        Run.objects.filter(pk=run.pk).update(created_at=at, started_at=at, finished_at=at)


def test_drift_keeps_the_pulls_between_which_it_came(emulator: Emulator, aws_account: AwsAccount) -> None:
    iam = seed(emulator)
    runs = [pulled(aws_account).pk for _ in range(3)]
    iam.create_group(GroupName="auditors")
    runs += [pulled(aws_account).pk for _ in range(3)]
    made_old()
    [before] = drift.open_drift(aws_account)
    assert left() == [runs[0], runs[2], runs[3], runs[5]]
    [after] = drift.open_drift(aws_account)
    assert (after.earlier_run, after.run_id) == (before.earlier_run, before.run_id) == (runs[2], runs[3])
    Revision.objects.filter(pk=after.pk).update(accepted_at=timezone.now())
    assert left() == [runs[0], runs[3], runs[5]]


def test_a_pull_after_that_takes_nothing_for_new_or_gone(emulator: Emulator, aws_account: AwsAccount) -> None:
    seed(emulator)
    for _ in range(4):
        pulled(aws_account)
    made_old()
    assert len(left()) == 2
    assert not Facet.objects.filter(gone_at=None, run=None).exists()
    run = pulled(aws_account)
    assert (run.new, run.changed, run.gone) == (0, 0, 0)


def test_refreshes_of_one_object_go_unless_it_has_drift(aws_account: AwsAccount) -> None:
    ran(aws_account, 90, source=Run.OBJECT, object_kind="iam.user", object_id="AIDA1")
    kept = ran(aws_account, 90, source=Run.OBJECT, object_kind="iam.user", object_id="AIDA2")
    seen = ran(aws_account, 1, source=Run.OBJECT, object_kind="iam.user", object_id="AIDA2")
    facet = Facet.objects.create(
        aws_account=aws_account,
        kind="iam.user",
        object_id="AIDA2",
        source="details",
        raw_hash="",
        fingerprint="",
        read_at=timezone.now(),
    )
    Revision.objects.create(
        facet=facet,
        number=2,
        fingerprint="",
        content={},
        seen_at=timezone.now(),
        run_id=seen,
        origin="outside",
        drift_in=aws_account,
    )
    assert left() == [kept, seen]


@pytest.mark.stack
def test_no_table_is_read_from_end_to_end(aws_account: AwsAccount, settings: Any) -> None:
    """It looks each minute: at some rows, by their keys, and at what hangs on each by an index."""
    settings.KEEP_HISTORY_DAYS = 30
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # of a small table it would rather read all
            cursor.execute("SET LOCAL enable_seqscan = off")
    ran(aws_account, 90)
    with CaptureQueriesContext(connection) as queries:
        retention.forget_old()
        retention.forget_runs()
    asked = [query["sql"] for query in queries.captured_queries if query["sql"].startswith(("SELECT", "UPDATE"))]
    ours = [sql for sql in asked if '"sync_' in sql]
    plans = [line for sql in ours for line in plan_of(sql)]
    assert (len(ours) >= 3, [line for line in plans if re.search(r"SCAN|Seq Scan", line)]) == (True, [])
