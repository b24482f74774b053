"""The console's web server as `make run` starts it: a process of its own, on the test's database."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings

from tests.conftest import wait_until
from tests.services.servers import free_port
from tests.services.workers import ROOT, _environment, database_url


@contextmanager
def web_process(log: Path, **env: str) -> Iterator[str]:
    """Its address."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    environment = {**_environment(database_url()), "AWS_EMULATOR_URL": settings.AWS_EMULATOR_URL, **env}
    with log.open("wb") as said:
        running = subprocess.Popen(
            [*command, "iamconsole.wsgi"], cwd=ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT
        )
    try:
        wait_until(lambda: running.poll() is not None or _is_up(port))
        assert running.poll() is None, log.read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(timeout=30)


def _is_up(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health/live/", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
