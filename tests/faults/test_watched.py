"""What a monitor is told when parts of the console end: a worker, beat, Redis; and when AWS throttles."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as real
from django.core.cache import cache, caches
from django.test import Client

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from iamconsole import parts
from monitoring import counting
from sync import pull
from sync.models import Run
from tests.accounts.conftest import sign_in
from tests.conftest import wait_until
from tests.monitoring.conftest import TOKEN, Samples, samples, value
from tests.services.pulling import seed
from tests.services.servers import free_port, redis_process
from tests.services.workers import ROOT, Worker, _environment, database_url, empty_queue

pytestmark = pytest.mark.django_db(transaction=True)

GONE_S = 3.0
Celery = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def redis(tmp_path: Path, settings: Any) -> Iterator[subprocess.Popen[bytes]]:
    """One of this test's own, as REDIS_URL makes it: it may be stopped."""
    port = free_port()
    running = redis_process(tmp_path, port)
    settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
    options = {"serializer": "iamconsole.web.cache.JsonSerializer", "socket_connect_timeout": 1, "socket_timeout": 2}
    backend = {"BACKEND": "iamconsole.web.cache.RedisOrMemory", "LOCATION": settings.REDIS_URL, "OPTIONS": options}
    settings.CACHES = {**real.CACHES, "default": backend}
    yield running
    running.kill()
    running.wait()
    caches["default"].clear()


@pytest.fixture
def celery() -> Iterator[Celery]:
    """Starts one of Celery's programs from nothing, with its own broker and cache."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, **env: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "iamconsole", "--skip-checks", *arguments]
        environment = {**_environment(database_url()), **env}
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL))
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.wait()


def ready(of: str = "") -> dict[str, str]:
    answer = Client().get(f"/health/ready/?parts={of}")
    found = dict(answer.json())
    assert answer.status_code == (200 if found.pop("status") == "ok" else 503)
    return found


def scraped(settings: Any) -> Samples:
    settings.METRICS_TOKEN = TOKEN
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return samples(answer.content.decode())


@pytest.mark.stack
def test_a_worker_that_is_killed_is_missed(worker: Callable[..., Worker], settings: Any) -> None:
    cache.clear()
    settings.WORKER_GONE_S = GONE_S
    running = worker("pulls", heartbeats=True, WORKER_GONE_S=str(GONE_S))
    wait_until(lambda: ready("worker_pulls") == {"worker_pulls": parts.OK})
    assert ready("worker_changes") == {"worker_changes": parts.NO_WORKER}
    found = scraped(settings)
    assert value(found, "workers", queue="pulls") == 1
    assert value(found, "up", part="worker_pulls") == 1
    age = value(found, "worker_heartbeat_age_seconds", queue="pulls")
    assert age is not None and age < 30
    running.kill()
    wait_until(lambda: ready("worker_pulls") == {"worker_pulls": parts.NO_WORKER})
    found = scraped(settings)
    assert value(found, "workers", queue="pulls") == 0
    assert value(found, "up", part="worker_pulls") == 0


def test_beat_that_is_stopped_is_missed(celery: Celery, settings: Any, tmp_path: Path) -> None:
    """It says so when it starts, and with each message: the first comes after a quarter of a minute."""
    cache.clear()
    empty_queue()
    settings.WORKER_GONE_S = 20.0
    running = celery("beat", "--pidfile=", "--schedule", str(tmp_path / "schedule"), WORKER_GONE_S="20")
    wait_until(lambda: ready("beat") == {"beat": parts.OK})
    first = cache.get("beat-sent")
    wait_until(lambda: cache.get("beat-sent") not in (None, first))
    assert value(scraped(settings), "up", part="beat") == 1
    running.terminate()
    running.wait()
    wait_until(lambda: ready("beat") == {"beat": parts.NO_BEAT})
    assert value(scraped(settings), "up", part="beat") == 0


def test_redis_that_is_stopped_is_told_and_people_sign_in(
    redis: subprocess.Popen[bytes], celery: Celery, client: Client, bob: Operator, settings: Any
) -> None:
    celery("worker", "-Q", "changes,pulls", "--pool", "solo", REDIS_URL=settings.REDIS_URL)
    well = {"broker": parts.OK, "worker_changes": parts.OK, "worker_pulls": parts.OK}
    wait_until(lambda: ready(",".join(well)) == well)
    redis.terminate()
    redis.wait()
    unknown = parts.NOT_KNOWN.format("queue")
    found = ready()
    assert found == {
        "database": parts.OK,
        "migrations": parts.OK,
        "broker": "The queue can’t be reached",
        "worker_changes": unknown,
        "worker_pulls": unknown,
        "beat": unknown,
    }
    assert Client().get("/health/live/").status_code == 200
    assert ready("database,migrations") == {"database": parts.OK, "migrations": parts.OK}
    assert sign_in(client, bob.email) == 302
    assert client.get("/accounts/").status_code == 200
    metrics = scraped(settings)
    assert value(metrics, "up", part="broker") == 0
    assert value(metrics, "scrape_problem", part="broker") == 1
    assert value(metrics, "up", part="database") == 1


def test_a_part_that_there_is_not_is_refused_with_those_that_there_are(client: Client) -> None:
    answer = client.get("/health/ready/?parts=database,cache")
    assert answer.status_code == 400
    assert "worker_changes" in answer.json()["sentence"]


def test_migrations_that_are_missing_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    known = parts._known_migrations()
    assert ready("migrations") == {"migrations": parts.OK}
    monkeypatch.setattr(parts, "_known_migrations", lambda: known | {("sync", "9999_next")})
    assert ready("migrations") == {"migrations": parts.MIGRATIONS_MISSING}


@pytest.mark.stack
def test_what_a_worker_is_throttled_for_shows_in_the_counters(
    worker: Callable[..., Worker], emulator: Emulator, aws_account: AwsAccount, settings: Any
) -> None:
    """The worker counts in its own process, and writes it down before it ends."""
    seed(emulator)
    error = {"code": "Throttling", "status": 400, "message": "Rate exceeded"}
    emulator.rules([{"action": "GetAccountAuthorizationDetails", "error": error, "times": 3}])
    counting.forget()
    worker(AWS_RETRY_BASE_S="0.001")
    run = pull.start(aws_account=aws_account, source="iam.details", trigger=Run.Trigger.OPERATOR)
    wait_until(lambda: Run.objects.get(pk=run.pk).state == Run.State.DONE)
    of_it = {"service": "iam", "operation": "GetAccountAuthorizationDetails"}
    done = {"aws_account": aws_account.account_id, "result": "done"}
    found = wait_until(lambda: _with(scraped(settings), "pulls_total", **done))
    assert value(found, "aws_throttled_total", aws_account=aws_account.account_id, service="iam") == 3
    assert value(found, "aws_calls_total", **of_it, outcome="ThrottlingError") == 3
    assert value(found, "aws_calls_total", **of_it, outcome="ok")
    assert value(found, "tasks_total", task="sync.tasks.pull", outcome="done")


def _with(found: Samples, name: str, **labels: str) -> Samples | None:
    return found if value(found, name, **labels) else None
