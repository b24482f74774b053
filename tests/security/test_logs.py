"""No log has what people searched for, nor the key of a link that sets a password."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.test import RequestFactory

from iamconsole import web_server
from iamconsole.launch import run
from iamconsole.logs import JsonFormatter, masked
from tests.conftest import wait_until
from tests.project.test_compose import image_command
from tests.services.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
LOGGER = "iamconsole.access_log.AccessLogger"
APP = "def app(environ, start):\n    start('200 OK', [])\n    return [b'']\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("GET /aws/1/people/?q=eve%40acme.example HTTP/1.1", "GET /aws/1/people/?… HTTP/1.1"),
        ("https://console.example/search/?q=eve@acme.example", "https://console.example/search/?…"),
        ("GET /auth/password/reset/key/3-cx1-abc/ HTTP/1.1", "GET /auth/password/reset/key/…/ HTTP/1.1"),
        ("GET /auth/password/reset/key/3-cx1-abc/?next=/x HTTP/1.1", "GET /auth/password/reset/key/…/?… HTTP/1.1"),
        ("GET /accounts/ HTTP/1.1", "GET /accounts/ HTTP/1.1"),
    ],
)
def test_queries_and_keys_are_masked(line: str, said: str) -> None:
    assert masked(line) == said


def test_whoever_starts_the_web_server_has_it_log_so() -> None:
    assert web_server.logger_class == LOGGER
    for command in (image_command(), run._processes(8000, Path("/nowhere"), False)["web"]):
        assert "python:iamconsole.web_server" in command


def test_the_access_log_has_neither(tmp_path: Path) -> None:
    (tmp_path / "echo.py").write_text(APP)
    port, log = free_port(), tmp_path / "access.log"
    address = ["--bind", f"127.0.0.1:{port}", "--access-logfile", str(log), "--logger-class", LOGGER]
    command = [sys.executable, "-m", "gunicorn", *address, "--pythonpath", f"{tmp_path},{ROOT}", "echo:app"]
    web = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: _asked(port, "/auth/password/reset/key/3-cx1-abc/?q=eve@acme.example"))
        text = wait_until(lambda: log.exists() and log.read_text())
    finally:
        web.terminate()
        web.wait(timeout=30)
    assert "GET /auth/password/reset/key/…/?… HTTP/1.1" in text
    assert "eve" not in text and "cx1-abc" not in text


def _asked(port: int, path: str) -> bool:
    headers = {"Referer": f"http://console.example/search/?q=eve@acme.example#{path}"}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=5):
            return True
    except OSError:
        return False


def test_djangos_log_of_a_refusal_has_no_query() -> None:
    record = logging.makeLogRecord({"name": "django.request", "msg": "Not Found: %s", "args": ("/search/",)})
    record.request = RequestFactory().get("/search/", {"q": "eve@acme.example"})
    line = json.loads(JsonFormatter().format(record))
    assert line["request"] == "GET /search/"
    assert "acme.example" not in str(line)
