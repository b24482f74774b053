"""The console's processes for a benchmark, as `make run` starts them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

LineWith = Callable[[str], str]


@contextmanager
def web() -> Iterator[int]:
    """Its port."""
    with process("gunicorn", "--bind", "127.0.0.1:0", "--threads", "8", "iamconsole.wsgi") as line_with:
        yield int(line_with("Listening at").partition("127.0.0.1:")[2].split()[0])


@contextmanager
def worker(queue: str, **env: str) -> Iterator[None]:
    """One for "pulls" or "changes"."""
    celery = ("celery", "-A", "iamconsole", "worker", "--pool", "solo", "-Q", queue, "--loglevel", "INFO")
    with process(*celery, "--without-gossip", "--without-mingle", **env) as line_with:
        line_with(" ready.")
        yield


@contextmanager
def process(*module: str, **env: str) -> Iterator[LineWith]:
    """Runs a module until the block ends. Gives a function that waits for a line of its output with these words."""
    command = [sys.executable, "-m", *module]
    running = subprocess.Popen(command, env={**os.environ, **env}, stderr=subprocess.STDOUT, stdout=subprocess.PIPE)
    assert running.stdout is not None
    lines = iter(running.stdout.readline, b"")

    def line_with(words: str) -> str:
        found = next(line for raw in lines if words in (line := raw.decode()))
        Thread(target=lambda: [None for _ in lines], daemon=True).start()  # a full pipe would stop it
        return found

    try:
        yield line_with
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
