"""`make run` as a new user meets it, without the installing: processes, sample, the pull by a worker, Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.conftest import wait_until
from tests.services.servers import free_port

ROOT = Path(__file__).resolve().parents[2]


class Console:
    """A running `make run`, on a state folder of its own."""

    def __init__(self, state: Path, port: int, **env: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "DATABASE", "REDIS"))}
        environment = {**kept, "IAMCONSOLE_STATE": str(state), "PORT": str(port), **env}
        command = [sys.executable, "-m", "iamconsole.launch.run"]
        self.output = (state.parent / f"output-{port}").open("w+")
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=self.output, stderr=subprocess.STDOUT, text=True
        )

    def said(self) -> str:
        return Path(self.output.name).read_text()

    def await_line(self, pattern: str, seconds: float = 60) -> re.Match[str]:
        def look() -> re.Match[str] | None:
            assert self.process.poll() is None, self.said()
            return re.search(pattern, self.said())

        found: re.Match[str] = wait_until(look, seconds)
        return found

    def descendants(self) -> list[psutil.Process]:
        found: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        return found

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)

    def end(self) -> None:
        if self.process.poll() is None:
            self.interrupt()
        self.output.close()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "var").mkdir()
    return tmp_path / "var"


@pytest.fixture
def console(state: Path) -> Iterator[Console]:
    running = Console(state, free_port())
    yield running
    running.end()


def test_starts_signs_in_and_leaves_no_orphans(console: Console) -> None:
    address = console.await_line(r"http://\S+").group()
    with urllib.request.urlopen(address) as answer:
        assert "Sign in" in answer.read().decode()
    assert re.search(r"Pull by a worker: [\d,]+ objects", console.said())
    started = console.descendants()
    assert len(started) >= 6
    assert console.interrupt() == 0
    assert [process for process in started if process.is_running() and process.status() != psutil.STATUS_ZOMBIE] == []


def test_second_start_changes_nothing(console: Console, state: Path) -> None:
    first = console.await_line(r"Pull by a worker: ([\d,]+) objects").group(1)
    console.await_line(r"Sign in")
    console.interrupt()
    again = Console(state, free_port())
    try:
        second = again.await_line(r"Pull by a worker: ([\d,]+) objects, (\d+) new, (\d+) changed, (\d+) gone")
        assert second.groups() == (first, "0", "0", "0")
    finally:
        again.end()


def test_a_busy_port_gets_a_sentence(console: Console, state: Path) -> None:
    console.await_line(r"http://\S+")
    port = int(console.await_line(r"http://[^:]+:(\d+)").group(1))
    other = Console(state.parent / "var", port)
    assert other.process.wait(timeout=20) != 0
    assert f"PORT={port + 1}" in other.said()
    other.end()
