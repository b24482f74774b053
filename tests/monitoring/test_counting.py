"""What processes count comes together in the database, and nothing of it is lost or counted twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError

from monitoring import catalogue, counting
from monitoring.models import EventCount
from tests.monitoring.conftest import Samples, value
from tests.services.workers import ROOT, _environment, database_url

pytestmark = pytest.mark.django_db

CALLS = next(each for each in catalogue.metrics() if each.name == "aws_calls")
PAGES = next(each for each in catalogue.metrics() if each.name == "page_seconds")
AT_WORK = """
import django
django.setup()
from monitoring import counting
from sync.aws.trace import CALLS
for _ in range(50):
    counting.count(CALLS, "iam", "GetUser", "ok")
"""


def test_it_is_added_to_what_there_is(scrape: Callable[[], Samples]) -> None:
    for _ in range(3):
        counting.count(CALLS, "iam", "GetUser", "ok")
        counting.flush()
    counting.count(CALLS, "iam", "GetUser", "ThrottlingError", times=2)
    found = scrape()
    assert value(found, "aws_calls_total", service="iam", operation="GetUser", outcome="ok") == 3
    assert value(found, "aws_calls_total", service="iam", operation="GetUser", outcome="ThrottlingError") == 2
    row = EventCount.objects.get(metric="aws_calls", labels='["iam", "GetUser", "ok"]')
    assert row.since < row.last_at


def test_buckets_hold_what_took_less(scrape: Callable[[], Samples]) -> None:
    for seconds in (0.01, 0.02, 0.2, 99.0):
        counting.observe(PAGES, seconds, "users")
    found = scrape()
    buckets = {le: value(found, "page_seconds_bucket", route="users", le=le) for le in ("0.025", "0.1", "0.3", "+Inf")}
    assert buckets == {"0.025": 2, "0.1": 2, "0.3": 3, "+Inf": 4}
    assert value(found, "page_seconds_sum", route="users") == pytest.approx(99.23)


def test_what_can_not_be_written_waits(scrape: Callable[[], Samples], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(taken: object) -> None:
        raise OperationalError("away")

    counting.count(CALLS, "iam", "GetUser", "ok")
    with monkeypatch.context() as patched:
        patched.setattr(counting, "_write", fails)
        with pytest.raises(OperationalError):
            counting.flush()
    counting.count(CALLS, "iam", "GetUser", "ok")
    assert value(scrape(), "aws_calls_total", service="iam", operation="GetUser", outcome="ok") == 2


def test_a_label_that_is_not_limited_after_all_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_SERIES", 5)
    for number in range(20):
        counting.count(CALLS, "iam", f"Operation{number}", "ok")
    counting.flush()
    rows = EventCount.objects.filter(metric="aws_calls")
    assert rows.count() == 6
    assert rows.get(labels='["other", "other", "other"]').value == 15


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_processes_add_up_and_write_when_they_end(scrape: Callable[[], Samples]) -> None:
    """Each a process of its own, as gunicorn's and Celery's are."""
    command = [sys.executable, "-c", AT_WORK]
    running = [subprocess.Popen(command, cwd=ROOT, env=_environment(database_url())) for _ in range(3)]
    assert [each.wait(240) for each in running] == [0, 0, 0]
    assert value(scrape(), "aws_calls_total", service="iam", operation="GetUser", outcome="ok") == 150


def test_nobody_waits_for_the_database(monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        counting.count(CALLS, "iam", "GetUser", "ok")


FORKED = """
import os
import django
django.setup()
from monitoring import counting
from sync.aws.trace import CALLS
counting.count(CALLS, "iam", "GetUser", "ok")  # not written yet: this process does that
if os.fork() == 0:
    for _ in range(5):
        counting.count(CALLS, "iam", "GetUser", "ok")
    counting.flush_or_say()  # as a process of Celery's pool does when it ends
    os._exit(0)
os.wait()
"""


@pytest.mark.django_db(transaction=True)
def test_a_process_that_was_forked_counts_what_it_did_itself(scrape: Callable[[], Samples]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKED], cwd=ROOT, env=_environment(database_url()), timeout=240, check=False
    )
    assert done.returncode == 0
    assert value(scrape(), "aws_calls_total", service="iam", operation="GetUser", outcome="ok") == 6
