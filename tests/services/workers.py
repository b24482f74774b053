"""Celery workers as the console runs them: processes of their own, on the test's database and broker."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Worker:
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        """SIGKILL: no handler runs, as when a machine is gone."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, sign: signal.Signals) -> None:
        if self.process.poll() is None:
            self.process.send_signal(sign)
            self.process.wait(timeout=30)


def database_url() -> str:
    """The address of the test database, as another process opens it."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    return f"postgres://{found['USER']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


def start_worker(queues: str, env: dict[str, str]) -> Worker:
    """A worker that is ready to take messages. Pool `solo`: the process that works is the one that is killed.

    Django's checks, a quarter of its start, are left out; ours run, and all have tests of their own.
    """
    log = Path(settings.STATE_DIR) / f"worker-{time.monotonic_ns()}.log"
    command = [
        sys.executable, "-m", "celery", "-A", "iamconsole", "--skip-checks", "worker", "-Q", queues,
        "--pool", "solo", "--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "iamconsole.settings",
        "DATABASE_URL": database_url(),
        "LOG_LEVEL": "INFO",
        **env,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    worker = Worker(process, log)
    _await_ready(worker)
    return worker


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


def _await_ready(worker: Worker, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and worker.process.poll() is None:
        if b" ready." in worker.log.read_bytes():
            return
        time.sleep(0.05)
    worker.kill()
    raise RuntimeError(f"The worker didn't get ready:\n{worker.log.read_text()}")
