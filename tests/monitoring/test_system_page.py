"""The page System: what it says of parts, queue, pulls and calls, and to whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AwsAccount
from iamconsole import first_start, heartbeats
from iamconsole.celery import app
from monitoring import counting, storage
from monitoring.middleware import PAGES
from monitoring.models import TableSize
from monitoring.task_signals import TASKS
from sync import counter, ticks
from sync.aws.trace import CALLS, THROTTLED
from sync.models import Run, TickPart
from tests.conftest import make_aws_account
from tests.services.set_up import set_up
from tests.services.workers import empty_queue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_queue() -> None:
    counting.forget()
    cache.clear()
    empty_queue()
    set_up(timedelta(days=1))


def text_of(client: Client) -> str:
    answer = client.get("/system/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_only_owners_of_all_aws_accounts_see_it(alices: Client, bobs: Client, olgas: Client) -> None:
    assert [each.get("/system/").status_code for each in (alices, bobs)] == [403, 403]
    assert 'href="/system/"' in text_of(olgas)
    assert 'href="/system/"' not in alices.get("/accounts/").content.decode()


def test_it_says_what_is_missing_and_what_to_do(olgas: Client) -> None:
    text = text_of(olgas)
    assert "Workers for pulls" in text and "Nothing is pulled, and no mail is sent, until one runs." in text
    assert "celery -A iamconsole beat" in text
    assert "None has run yet. They need beat, and a worker for changes." in text
    assert text.count("Doesn’t work") == 4


def test_what_a_new_console_awaits_isnt_broken(olgas: Client) -> None:
    set_up(first_start.TAKES - timedelta(seconds=30))
    text = text_of(olgas)
    assert text.count('<span class="small muted">Starts</span>') == 4 and "Doesn’t work" not in text
    assert "None has run yet: the console was set up 2 min ago." in text
    assert "4 parts not heard of yet." in text


def test_what_was_heard_of_once_and_no_more_is_broken_in_a_new_console_too(olgas: Client) -> None:
    set_up(timedelta(0))
    TickPart.objects.create(name=TickPart.TICK, began_at=timezone.now() - ticks.LATE - timedelta(seconds=1))
    for queue in heartbeats.QUEUES:
        heartbeats._note(queue, f"{queue}@one")
        cache.delete(heartbeats._of(queue, f"{queue}@one"))
    text = text_of(olgas)
    assert "A worker ran them 3 min ago; they are due each minute." in text
    assert "4 parts to look at." in text


def test_it_says_who_was_heard_of(olgas: Client) -> None:
    for queue in heartbeats.QUEUES:
        heartbeats._note(queue, f"{queue}@one")
    heartbeats.note_beat()
    TickPart.objects.create(name=TickPart.TICK, began_at=timezone.now())
    text = text_of(olgas)
    assert "changes@one: heard of" in text and "pulls@one: heard of" in text
    assert "It sent what is due" in text
    assert "All of them work." in text


def test_a_part_of_the_tick_that_fails_is_told(olgas: Client) -> None:
    TickPart.objects.create(
        name="accounts.audit.seal", began_at=timezone.now(), error="WrongKey: no", failing_since=timezone.now()
    )
    assert "Periodic task accounts.audit.seal" in text_of(olgas)


def test_a_queue_on_hold_leads_to_its_release(olgas: Client) -> None:
    counter.hold(why="An owner looks at it.", actor=None)
    text = text_of(olgas)
    assert "nothing is sent to AWS. An owner looks at it." in text
    assert 'href="/queue/"' in text


def test_what_waits_and_for_how_long(olgas: Client, aws_account: AwsAccount) -> None:
    an_hour_ago = timezone.now() - timedelta(hours=1, minutes=1)
    Run.objects.create(aws_account=aws_account, source="iam.details", trigger="schedule", heartbeat_at=an_hour_ago)
    text = text_of(olgas)
    row = text[text.index('<th scope="row">Pulls</th>') :][:200]
    assert '<td class="num" data-label="Waiting">1</td>' in row and "1 h ago" in row


def test_what_failed_last_is_told_with_its_page(olgas: Client, aws_account: AwsAccount) -> None:
    now = timezone.now()
    run = Run.objects.create(
        aws_account=aws_account,
        source="iam.details",
        trigger="schedule",
        state=Run.State.FAILED,
        heartbeat_at=now,
        finished_at=now,
        error={"class": "AccessDeniedError", "sentence": "AWS denied iam:GetAccountAuthorizationDetails."},
    )
    counting.count(TASKS, "sync.tasks.apply", "failed")
    counting.count(PAGES, "users", "GET", "5xx", times=3)
    counting.count(PAGES, "ready", "GET", "5xx")
    counting.flush()
    text = text_of(olgas)
    assert f'href="/aws/{aws_account.account_id}/pulls/{run.pk}/"' in text
    assert "AWS denied iam:GetAccountAuthorizationDetails." in text
    assert "Task sync.tasks.apply" in text and "It broke off once." in text
    assert "Page users (GET)" in text and "It failed 3 times." in text
    assert "Page ready" not in text  # a probe that said what is away


def test_an_aws_account_that_rests_is_not_in_trouble(olgas: Client) -> None:
    rests = make_aws_account("111122223333", "Closed")
    AwsAccount.objects.filter(pk=rests.pk).update(resting="closed")
    make_aws_account("444455556666", "Never read")
    text = text_of(olgas)
    assert "Never read" in text and "Not pulled yet." in text
    assert "Closed" not in text[text.index("Pulls in trouble") :]


def test_throttles_and_refusals_are_told_by_aws_account(olgas: Client, aws_account: AwsAccount) -> None:
    counting.count(THROTTLED, aws_account.account_id, "cognito-idp", times=12)
    counting.count(THROTTLED, "999999999999", "iam")
    counting.count(CALLS, "iam", "GetUser", "NotFound")
    counting.count(CALLS, "iam", "ListUsers", "AccessDeniedError")
    counting.flush()
    text = text_of(olgas)
    assert f"cognito-idp</span> in {aws_account}" in text and "12 calls since" in text
    assert "iam</span> in 999999999999" in text
    assert "iam:ListUsers" in text and "iam:GetUser" not in text


def test_the_fragment_says_nothing_while_it_looks_the_same(olgas: Client) -> None:
    first = olgas.get("/system/now/", headers={"HX-Request": "true"})
    assert first.status_code == 200
    seen = first.context["signature"]
    again = olgas.get(f"/system/now/?seen={seen}", headers={"HX-Request": "true"})
    assert again.status_code == 204
    counter.hold(why="An owner looks at it.", actor=None)
    assert olgas.get(f"/system/now/?seen={seen}", headers={"HX-Request": "true"}).status_code == 200
    assert olgas.get("/system/now/").status_code == 302


def test_its_queries_do_not_grow_with_the_aws_accounts(olgas: Client) -> None:
    make_aws_account("100000000000", "First")
    text_of(olgas)
    with CaptureQueriesContext(connection) as few:
        text_of(olgas)
    for number in range(9):
        make_aws_account(f"11112222333{number}", f"Account {number}")
    with CaptureQueriesContext(connection) as many:
        text_of(olgas)
    assert len(many) == len(few)


# ---- sizes ----------------------------------------------------------------------------------------------------
@pytest.mark.stack
def test_tables_are_measured_once_a_day(olgas: Client) -> None:
    storage.note_sizes()
    measured = TableSize.objects.count()
    assert measured
    assert all(each.size >= storage.LEAST for each in TableSize.objects.all())
    TableSize.objects.update(size=5_000_000)
    storage.note_sizes()
    assert set(TableSize.objects.values_list("size", flat=True)) == {5_000_000}
    assert storage.database_size() > 100_000


def test_growth_is_that_of_the_last_month(olgas: Client) -> None:
    today = date(2026, 11, 29)
    for days, size in ((100, 1_000_000), (20, 20_000_000), (0, 60_000_000)):
        TableSize.objects.create(day=today - timedelta(days=days), table="sync_revision", size=size, rows=1234)
    [line] = storage.growing(10)
    assert (line.size, line.a_day) == (60_000_000, 2_000_000)
    text = text_of(olgas)
    assert "60.0 MB" in text and "+2.0 MB" in text and "1,234" in text


def test_old_sizes_go(monkeypatch: pytest.MonkeyPatch) -> None:
    old: Any = timezone.now().date() - storage.KEPT - timedelta(days=1)
    TableSize.objects.create(day=old, table="sync_revision", size=1)
    monkeypatch.setattr(storage, "_sizes", lambda: iter([("sync_run", 10**6, None), ("small", 10, None)]))
    storage.note_sizes()
    storage.forget_sizes()
    assert list(TableSize.objects.values_list("table", flat=True)) == ["sync_run"]


def test_tables_are_measured_by_the_clock_and_beside_the_changes() -> None:
    """SQLite reads the whole file for it: the tick, and who applies a change, wait for none of it."""
    entries: Any = settings.CELERY_BEAT_SCHEDULE
    entry = entries["housekeeping"]
    assert entry["schedule"] <= 3600 and app.amqp.router.route({}, entry["task"])["queue"].name == "pulls"
    app.loader.import_default_modules()
    app.tasks[entry["task"]]()
    assert TableSize.objects.exists()
