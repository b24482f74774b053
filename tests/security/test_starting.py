"""Production doesn't start with what must not go there, whoever starts it."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from iamconsole.startup import EXIT_STATUS
from iamconsole.web.cache import JsonSerializer
from tests.project.test_compose import OURS, image_command
from tests.project.test_system_checks import RIGHT, ROOT, check

BEGUN = {
    "gunicorn": "import iamconsole.wsgi",
    "celery worker": "import iamconsole.celery; from celery.signals import worker_init as s; s.send(sender=None)",
    "celery beat": "import iamconsole.celery; from celery.signals import beat_init as s; s.send(sender=None)",
}


def begin(process: str, state: Path, **changed: str) -> subprocess.CompletedProcess[str]:
    """What the process does first."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, **RIGHT, "IAMCONSOLE_STATE": str(state), **changed}
    command = [sys.executable, "-W", "ignore", "-c", BEGUN[process]]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("process", ["gunicorn", "celery worker"])
def test_neither_web_nor_workers_start_without_a_key(tmp_path: Path, process: str) -> None:
    assert begin(process, tmp_path).returncode == 0
    done = begin(process, tmp_path, AUDIT_KEY="", SECRET_KEY="")
    assert done.returncode != 0
    assert "AUDIT_KEY is missing or too short" in done.stderr
    assert "SECRET_KEY is missing or too short" in done.stderr


@pytest.mark.parametrize("service", ["migrate", "web", "changes", "pulls", "beat"])
def test_a_setting_that_cannot_be_read_is_said_in_one_sentence(tmp_path: Path, service: str) -> None:
    command = OURS[service].get("command") or image_command()
    kept = {name: os.environ[name] for name in ("HOME",) if name in os.environ}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**kept, **RIGHT, "PATH": path, "IAMCONSOLE_STATE": str(tmp_path), "TRUSTED_PROXIES": "one"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == EXIT_STATUS
    assert done.stderr == "TRUSTED_PROXIES is “one”, which isn’t a whole number. What it takes: docs/settings.md.\n"
    assert done.stdout == ""


@pytest.mark.parametrize("service", ["migrate", "web"])
def test_what_production_lacks_is_said_once(tmp_path: Path, service: str) -> None:
    """Also by a web server of several processes."""
    command = OURS[service].get("command") or image_command()
    environment = {**RIGHT, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "AUDIT_KEY": "a"}
    environment["IAMCONSOLE_STATE"] = str(tmp_path)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == EXIT_STATUS
    assert done.stderr.count("AUDIT_KEY is missing or too short") == 1
    assert "Traceback" not in done.stderr


def test_beat_needs_no_key(tmp_path: Path) -> None:
    none = {"SECRET_KEY": "", "AUDIT_KEY": "", "SEAL_KEYS": ""}
    assert begin("celery beat", tmp_path, **none).returncode == 0
    done = begin("celery beat", tmp_path, **none, AWS_EMULATOR_URL="http://127.0.0.1:5055")
    assert "An endpoint override is set" in done.stderr


def test_no_host_is_every_host(tmp_path: Path) -> None:
    done = check(tmp_path, ALLOWED_HOSTS="*")
    assert "ALLOWED_HOSTS takes any host" in done.stderr


def test_who_writes_the_database_runs_no_code(tmp_path: Path) -> None:
    database = {"DATABASE_URL": "postgres://console@127.0.0.1:1/console"}
    assert "The cache is in the database" in check(tmp_path, **database).stderr
    assert check(tmp_path, **database, REDIS_URL="redis://127.0.0.1:1/0").returncode == 0


@pytest.mark.parametrize("value", [True, 7, 1.5, [1.5, 2.5], "2026-01-01T00:00:00+00:00"])
def test_nor_who_writes_redis(value: object) -> None:
    written = JsonSerializer().dumps(value)
    assert JsonSerializer().loads(written) == value
    with pytest.raises((UnicodeDecodeError, json.JSONDecodeError)):
        JsonSerializer().loads(pickle.dumps(value))


def test_links_to_set_passwords_are_not_printed_to_the_log(tmp_path: Path) -> None:
    done = check(tmp_path, EMAIL_URL="consolemail://")
    assert "Mail is printed to the log" in done.stderr
