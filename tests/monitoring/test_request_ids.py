"""A line of the log says which request, task, change or pull it belongs to, from the browser to the worker."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from iamconsole import log_context
from iamconsole.log_context import WithCause
from iamconsole.logs import JsonFormatter
from sync import changes
from sync.models import Change, Run
from tests.conftest import wait_until
from tests.services.changing import propose
from tests.services.pulling import seed
from tests.services.servers import free_port
from tests.services.workers import ROOT, Worker, _environment, database_url
from tests.services.world import World

GIVEN = "req-0123456789abcdef"


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in log.read_text().splitlines() if text.startswith("{")]


# ---- the id of a request --------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_an_answer_has_its_id(client: Client) -> None:
    first, second = (client.get("/health/live/")["X-Request-ID"] for _ in range(2))
    assert len(first) == 32 and first != second


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "given", "is_taken"),
    [(1, GIVEN, True), (0, GIVEN, False), (1, "dana@acme.example", False), (1, "x" * 65, False), (1, "short", False)],
)
def test_a_proxy_of_ours_may_give_it(client: Client, settings: Any, proxies: int, given: str, is_taken: bool) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert (client.get("/health/live/", headers={"X-Request-ID": given})["X-Request-ID"] == given) is is_taken


@pytest.mark.django_db
def test_a_page_that_fails_says_its_id(olgas: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("estate.system.views._context", fails)
    olgas.raise_request_exception = False
    answer = olgas.get("/system/")
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert f"<code>{answer['X-Request-ID']}</code>" in answer.content.decode()


# ---- lines of the log -----------------------------------------------------------------------------------------
def test_a_line_has_what_it_belongs_to_as_long_as_that_lasts() -> None:
    said = []
    for names in ({"change": "7"}, {}):
        with log_context.of(request_id=GIVEN), log_context.of(**names):
            record = logging.makeLogRecord({"name": "x", "msg": "m"})
            WithCause().filter(record)
            said.append(json.loads(JsonFormatter().format(record)))
    assert (said[0]["request_id"], said[0]["change"]) == (GIVEN, "7")
    assert "change" not in said[1]
    assert log_context.current() == {}


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_from_the_browser_to_the_worker(
    worker: Callable[..., Worker], emulator: Emulator, alices: Client, aws_account: AwsAccount
) -> None:
    seed(emulator)
    running = worker(LOG_FORMAT="json")
    answer = alices.post(f"/aws/{aws_account.account_id}/pulls/now/", {"source": "iam.details"})
    request_id = answer["X-Request-ID"]
    run = Run.objects.get(source="iam.details")
    wait_until(lambda: Run.objects.get(pk=run.pk).state == Run.State.DONE)
    wait_until(lambda: any("succeeded" in line["message"] for line in lines(running.log)))
    said = lines(running.log)
    calls = [line for line in said if line.get("operation") == "GetAccountAuthorizationDetails"]
    assert calls
    for line in calls:  # also what is read ahead, in a thread of its own
        assert (line["request_id"], line["pull"], line["task"]) == (request_id, str(run.pk), "sync.tasks.pull")
        assert line["aws_request_id"] and line["task_id"]
    assert not any("Begins to read" in line["message"] for line in said)


@pytest.mark.django_db(transaction=True)
def test_what_applies_a_change_says_which(world: World, erin: Operator, worker: Callable[..., Worker]) -> None:
    from identities.operations import attach

    change = propose(world.aws_account, erin, [attach(world.role(), world.policy().arn)])
    running = worker(LOG_FORMAT="json")
    changes.apply(change=change, actor=erin)
    wait_until(lambda: Change.objects.get(pk=change.pk).finished_at)
    wait_until(lambda: any(line.get("operation") == "AttachRolePolicy" for line in lines(running.log)))
    sent = [line for line in lines(running.log) if line.get("operation") == "AttachRolePolicy"]
    assert [line["change"] for line in sent] == [str(change.pk)]


def test_gunicorns_lines_are_json_with_the_id(tmp_path: Path) -> None:
    (tmp_path / "echo.py").write_text(
        f"def app(environ, start):\n    start('200 OK', [('X-Request-ID', '{GIVEN}')])\n    return [b'']\n"
    )
    port, log = free_port(), tmp_path / "access.log"
    logger = ["--logger-class", "iamconsole.access_log.AccessLogger", "--access-logfile", str(log)]
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", *logger, "--pythonpath"]
    environment = {**_environment(database_url()), "LOG_FORMAT": "json"}
    web = subprocess.Popen(
        [*command, f"{tmp_path},{ROOT}", "echo:app"], cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: _asked(f"http://127.0.0.1:{port}/search/?q=eve@acme.example"))
        [line] = wait_until(lambda: log.exists() and lines(log))
    finally:
        web.terminate()
        web.wait(timeout=30)
    assert (line["request_id"], line["path"], line["status"], line["method"]) == (GIVEN, "/search/", 200, "GET")
    assert "eve@" not in str(line)


def _asked(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False
