"""Celery workers as the console runs them: processes of their own, on the test's database and broker."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Worker:
    pid: int
    log: Path

    def kill(self) -> None:
        """SIGKILL: no handler runs, as when a machine is gone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while self.is_alive():
            assert time.monotonic() < deadline, f"worker {self.pid} survives SIGKILL"
            time.sleep(0.005)

    def is_alive(self) -> bool:
        with suppress(ProcessLookupError):
            os.kill(self.pid, 0)
            return True
        return False


def database_url() -> str:
    """The address of the test database, as another process opens it."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    return f"postgres://{found['USER']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


def start_worker(queues: str, env: dict[str, str], *, heartbeats: bool = False) -> Worker:
    """A worker that is ready to take messages. Pool `solo`: the process that works is the one that is killed.

    Django's checks, a quarter of its start, are left out; ours run, and all have tests of their own. `heartbeats`: it
    notes that it is alive, as all do but those of tests.
    """
    log = _new_log()
    arguments = [*_arguments(queues), *([] if heartbeats else ["--without-heartbeat"])]
    orders, answers = _nursery(database_url())
    order = {"arguments": arguments, "environment": {**_environment(database_url()), **env}, "log": str(log)}
    orders.write(json.dumps(order) + "\n")
    orders.flush()
    worker = Worker(int(answers.readline()), log)
    try:
        _await_ready(log, worker.is_alive)
    except RuntimeError:
        worker.kill()
        raise
    return worker


@contextmanager
def worker_of(release: str, folder: Path, queues: str, env: dict[str, str]) -> Iterator[None]:
    """One that runs the code of a release, which is put into the folder, on the packages of this one.

    It doesn't note that it is alive: `restore` and `doctor` in later tests would take it for one that runs.
    """
    code = subprocess.run(["git", "archive", release], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    subprocess.run(["tar", "--extract", "--directory", folder], input=code, check=True)
    log = _new_log()
    command = [sys.executable, "-m", "celery", *_arguments(queues), "--without-heartbeat"]
    environment = {**_environment(database_url()), **env}
    with log.open("wb") as file:
        running = subprocess.Popen(command, cwd=folder, env=environment, stdout=file, stderr=subprocess.STDOUT)
    try:
        _await_ready(log, lambda: running.poll() is None)
        yield
    finally:
        running.kill()
        running.wait()


def _new_log() -> Path:
    return Path(settings.STATE_DIR) / f"worker-{time.monotonic_ns()}.log"


def _arguments(queues: str) -> list[str]:
    """Of celery."""
    told = ("--loglevel", "INFO", "--without-gossip", "--without-mingle")
    return ["-A", "iamconsole", "--skip-checks", "worker", "-Q", queues, "--pool", "solo", *told]


def _environment(database: str) -> dict[str, str]:
    own = {"DJANGO_SETTINGS_MODULE": "iamconsole.settings", "DATABASE_URL": database, "LOG_LEVEL": "INFO"}
    return {**os.environ, **own}


@cache
def _nursery(database: str) -> tuple[IO[str], IO[str]]:
    """What takes the orders of tests/services/nursery.py, and what gives its answers. It ends with this process."""
    command = [sys.executable, "-m", "tests.services.nursery"]
    running = subprocess.Popen(
        command, cwd=ROOT, env=_environment(database), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert running.stdin and running.stdout
    atexit.register(running.wait)
    atexit.register(running.stdin.close)  # first: the last that is registered is the first that is done
    return running.stdin, running.stdout


def empty_queue() -> None:
    """Messages that an earlier test left behind are nobody's."""
    if settings.REDIS_URL:
        import redis

        redis.Redis.from_url(settings.REDIS_URL).delete("changes", "pulls")
        return
    shutil.rmtree(settings.QUEUE_DIR, ignore_errors=True)
    (Path(settings.QUEUE_DIR) / "control").mkdir(parents=True)


def messages_about_changes() -> int:
    """How many wait for a worker."""
    if settings.REDIS_URL:
        import redis

        return int(redis.Redis.from_url(settings.REDIS_URL).llen("changes"))
    return len(list(Path(settings.QUEUE_DIR).glob("*.changes.msg")))


def _await_ready(log: Path, is_alive: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and is_alive():
        if log.exists() and b" ready." in log.read_bytes():
            return
        time.sleep(0.02)
    raise RuntimeError(f"The worker didn't get ready:\n{log.read_text()}")
