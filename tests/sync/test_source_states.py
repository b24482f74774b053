"""How each source stands is a row of its own, whoever ends a run: no page and no tick reads the runs for it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.state import ProjectState
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AwsAccount
from sync import schedule, source_states
from sync.models import Run, SourceState
from sync.selectors import coverages_by_place

pytestmark = [pytest.mark.django_db, pytest.mark.stack]
DONE, FAILED = Run.State.DONE, Run.State.FAILED


def run(aws_account: AwsAccount, state: str, **more: Any) -> Run:
    about = {"source": "iam.details", "trigger": Run.Trigger.SCHEDULE, "finished_at": timezone.now(), **more}
    return Run.objects.create(aws_account=aws_account, state=state, **about)


def stands(aws_account: AwsAccount) -> dict[tuple[str, str], tuple[int | None, ...]]:
    rows = SourceState.objects.filter(aws_account=aws_account)
    return {(row.source, row.region): (row.first_done_id, row.done_id, row.failed_id) for row in rows}


def test_each_end_is_noted(aws_account: AwsAccount, other_account: AwsAccount) -> None:
    first, failed, done = (run(aws_account, state).pk for state in (DONE, FAILED, DONE))
    region = run(aws_account, FAILED, region="eu-west-1").pk
    other = run(other_account, DONE).pk
    assert stands(aws_account) == {
        ("iam.details", ""): (first, done, failed),
        ("iam.details", "eu-west-1"): (None, None, region),
    }
    assert stands(other_account) == {("iam.details", ""): (other, other, None)}


def test_it_is_noted_when_it_ends_and_not_before(aws_account: AwsAccount) -> None:
    active = run(aws_account, Run.State.RUNNING)
    assert stands(aws_account) == {}
    Run.objects.filter(pk=active.pk).update(state=DONE)
    assert stands(aws_account) == {("iam.details", ""): (active.pk, active.pk, None)}


def test_an_older_run_that_ends_later_isnt_the_newest(aws_account: AwsAccount) -> None:
    older, newer = run(aws_account, Run.State.RUNNING), run(aws_account, DONE)
    Run.objects.filter(pk=older.pk).update(state=DONE)
    assert stands(aws_account) == {("iam.details", ""): (older.pk, newer.pk, None)}


def test_neither_a_refresh_nor_a_cancelled_one_counts(aws_account: AwsAccount) -> None:
    run(aws_account, DONE, object_kind="iam.user", object_id="AIDA1")
    run(aws_account, Run.State.CANCELLED)
    assert stands(aws_account) == {}


def test_lost_triggers_are_made_anew_and_what_was_missed_is_filled_in(aws_account: AwsAccount) -> None:
    wanted = source_states.trigger_names(connection.vendor)
    on = " ON sync_run" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in wanted:
            cursor.execute(f'DROP TRIGGER "{name}"{on}')
    missed = run(aws_account, DONE).pk
    assert stands(aws_account) == {}
    call_command("migrate", verbosity=0)
    assert stands(aws_account) == {("iam.details", ""): (missed, missed, None)}
    failed = run(aws_account, FAILED).pk
    assert stands(aws_account) == {("iam.details", ""): (missed, missed, failed)}


def test_backwards_the_migration_takes_the_triggers_with_it(aws_account: AwsAccount) -> None:
    """`migrate sync 0001` drops their table: a run of the release before couldn't end."""
    [*_, made] = import_module("sync.migrations.0002_source_states").Migration.operations
    about = ("sync", connection.schema_editor(), ProjectState(), ProjectState())
    made.database_backwards(*about)
    assert left_of_triggers() == set()
    run(aws_account, DONE)
    assert stands(aws_account) == {}
    made.database_forwards(*about)
    assert left_of_triggers() == source_states.trigger_names(connection.vendor)


def left_of_triggers() -> set[str]:
    """Of PostgreSQL the functions, of which each has one."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT proname FROM pg_proc WHERE proname LIKE 'sync\\_sourcestate%'")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'sync_sourcestate%'")
        return {name for (name,) in cursor.fetchall()}


def test_the_schedule_and_the_pages_read_no_runs_but_the_newest(aws_account: AwsAccount) -> None:
    for state in (DONE, FAILED, DONE):
        run(aws_account, state)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        schedule.readable(aws_account)
        assert coverages_by_place(aws_account)["iam.details", ""].is_read
    assert queries
    for query in queries:
        assert 'FROM "sync_run"' not in query["sql"]
