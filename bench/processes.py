"""The console's processes for a benchmark, as `make run` starts them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread


class LineWith:
    """Waits for a line of a process's output with these words."""

    def __init__(self, lines: Iterator[bytes], pid: int) -> None:
        self._lines, self.pid = lines, pid

    def __call__(self, words: str) -> str:
        found = next(line for raw in self._lines if words in (line := raw.decode()))
        Thread(target=lambda: [None for _ in self._lines], daemon=True).start()  # a full pipe would stop it
        return found


@contextmanager
def web(processes: int = 1) -> Iterator[int]:
    """Its port."""
    sizes = ("--workers", str(processes), "--threads", "8")
    with process("gunicorn", "--bind", "127.0.0.1:0", *sizes, "iamconsole.wsgi") as line_with:
        yield int(line_with("Listening at").partition("127.0.0.1:")[2].split()[0])


@contextmanager
def worker(queue: str, **env: str) -> Iterator[None]:
    """One for "pulls" or "changes"."""
    celery = ("celery", "-A", "iamconsole", "worker", "--pool", "solo", "-Q", queue, "--loglevel", "INFO")
    with process(*celery, "--without-gossip", "--without-mingle", **env) as line_with:
        line_with(" ready.")
        yield


@contextmanager
def workers_and_beat() -> Iterator[list[int]]:
    """As docker-compose.yml has them: two processes for each queue, and a beat. Gives the ids of the three parents."""
    app, told = ("celery", "-A", "iamconsole"), ("--loglevel", "INFO")
    with ExitStack() as stack:
        pids = []
        for queue in ("changes", "pulls"):
            sized = (*app, "worker", "-Q", queue, "-c", "2", "-n", f"{queue}@bench")
            line_with = stack.enter_context(process(*sized, *told, "--without-gossip", "--without-mingle"))
            line_with(" ready.")
            pids.append(line_with.pid)
        pids.append(stack.enter_context(beat("first")))
        yield pids


@contextmanager
def beat(name: str) -> Iterator[int]:
    """Its process id."""
    schedule = os.path.join(os.environ["IAMCONSOLE_STATE"], f"beat-schedule-{name}")
    command = ("celery", "-A", "iamconsole", "beat", "--loglevel", "INFO", "--pidfile=", "--schedule", schedule)
    with process(*command) as line_with:
        line_with("beat: Starting")
        yield line_with.pid


@contextmanager
def process(*module: str, **env: str) -> Iterator[LineWith]:
    """Runs a module until the block ends."""
    command = [sys.executable, "-m", *module]
    running = subprocess.Popen(command, env={**os.environ, **env}, stderr=subprocess.STDOUT, stdout=subprocess.PIPE)
    assert running.stdout is not None
    try:
        yield LineWith(iter(running.stdout.readline, b""), running.pid)
    finally:
        running.terminate()
        running.wait()


@contextmanager
def lines_of(module: str, *arguments: str, **env: str) -> Iterator[tuple[Callable[[str], None], Callable[[], str]]]:
    """Runs a module until the block ends. Gives a function that says a line to it, and one that waits for its next."""
    command = [sys.executable, "-m", module, *arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env={**os.environ, **env}, text=True, **pipes) as running:  # type: ignore[call-overload]
        say, hear = running.stdin, running.stdout

        def heard() -> str:
            line: str = hear.readline()
            if not line:
                sys.exit(f"{module} ended.")
            return line

        def said(line: str) -> None:
            say.write(line + "\n")
            say.flush()

        yield said, heard
        say.close()
