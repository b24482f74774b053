"""What goes wrong during `bench.soak`, one after the other, and what the console says of it meanwhile."""

from __future__ import annotations

import atexit
import json
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import psutil

from bench.processes import beat

DISK_MB, LASTS_S, EVERY_S = 4096, 20.0, 2.0
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")


@dataclass
class Running:
    """The console. `full` is None where this process may not mount a disk, `clock` where there is no libfaketime."""

    parents: Sequence[int]  # process ids of the workers and the beat
    port: int
    stack: ExitStack
    full: Path | None
    clock: Path | None
    said: list[dict[str, str]] = field(default_factory=list)  # what /health/ or doctor said, for each fault

    def health(self) -> str:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", "/health/")
            answer = connection.getresponse()
            told = json.loads(answer.read())
            return f"{answer.status} " + ", ".join(f"{part}: {words}" for part, words in told.items())
        except (OSError, ValueError) as error:
            return repr(error)
        finally:
            connection.close()

    def wait(self, fault: str, ask: Callable[[], str]) -> None:
        """While the fault lasts: notes each different answer."""
        for _ in range(int(LASTS_S / EVERY_S)):
            heard = {"fault": fault, "said": ask()}
            if heard not in self.said:
                self.said.append(heard)
            time.sleep(EVERY_S)


def small_disk() -> Path | None:
    """Of memory, for the data of PostgreSQL, until this process ends; None where only root may mount one."""
    folder = tempfile.mkdtemp(prefix="bench-disk-")
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=755", "tmpfs", folder]
    atexit.register(os.rmdir, folder)
    if subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode:
        return None
    atexit.register(subprocess.run, ["umount", "--lazy", folder], check=True)
    return Path(folder)


def clock_of(folder: Path) -> dict[str, str]:
    """Variables of a server whose clock the file `clock` in that folder moves; none without libfaketime."""
    if not FAKETIME.exists():
        return {}
    clock = folder / "clock"
    clock.write_text("+0")
    clock.chmod(0o644)
    once_a_second = {"FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1"}
    return {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(clock), **once_a_second}


# ---- Each of them ------------------------------------------------------------------------------------------------
def flush_redis(running: Running) -> None:
    import redis
    from django.conf import settings

    redis.Redis.from_url(settings.REDIS_URL).flushall()


def fail_over(running: Running) -> None:
    """All connections end, as where another server takes over."""
    from django.db import connection

    from tests.services.servers import restart_postgres

    connection.close()
    restart_postgres()


def kill_a_child(running: Running) -> None:
    random.choice([child for pid in running.parents for child in psutil.Process(pid).children()]).kill()


def second_beat(running: Running) -> None:
    running.stack.enter_context(beat(f"second-{time.monotonic_ns()}"))


def fill_the_disk(running: Running) -> None:
    """PostgreSQL's; it ends itself where it can't write its log, and somebody makes room and starts it again."""
    if running.full is None:
        return
    with running.full.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(2**20)):
            pass
    _use_up_the_log()
    running.wait("disk full", running.health)
    running.full.unlink()
    fail_over(running)


def _use_up_the_log() -> None:
    """What PostgreSQL has in reserve of its write-ahead log, by another who writes much."""
    from django.db import DatabaseError, connection

    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_logical_emit_message(false, '', repeat('x', 1000000)) FROM generate_series(1, 1500)")


def clock_jumps(running: Running) -> None:
    """Of the database, by which all of the console goes: an hour ahead, and back."""
    if running.clock is None:
        return
    running.clock.write_text("+3600")
    running.wait("clock an hour ahead", _doctor_of_the_clock)
    running.clock.write_text("+0")


def _doctor_of_the_clock() -> str:
    from sync.doctor.machine import check_clock

    found = check_clock()
    return f"{found.name}: {found.detail} {found.what_to_do}".strip()


FAULTS: tuple[Callable[[Running], None], ...] = (
    fill_the_disk,
    flush_redis,
    fail_over,
    kill_a_child,
    second_beat,
    clock_jumps,
)
