"""`make run` as a new user meets it, without the installing: processes, sample, the pull by a worker, Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.conftest import wait_until
from tests.services.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
PULLED = r"Pull by a worker: ([\d,]+) objects, (\d+) new, (\d+) changed, (\d+) gone"


class Console:
    """A running `make run`, on a state folder of its own."""

    def __init__(self, state: Path, port: int) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "DATABASE", "REDIS"))}
        environment = {**kept, "IAMCONSOLE_STATE": str(state), "PORT": str(port)}
        command = [sys.executable, "-m", "iamconsole.launch.run"]
        self.output = (state.parent / f"output-{port}").open("w+")
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=self.output, stderr=subprocess.STDOUT, text=True
        )

    def said(self) -> str:
        return Path(self.output.name).read_text()

    def await_line(self, pattern: str, seconds: float = 300) -> re.Match[str]:
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


@dataclass(frozen=True)
class FirstRun:
    """What became of the first one, from its start to Ctrl-C."""

    state: Path
    said: str
    first_page: str
    started: list[psutil.Process]
    refused: tuple[int, str]  # how a second one on its port ended, and what that said
    port: int
    status: int
    alive: set[str]  # the workers that noted it


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    state, port = tmp_path_factory.mktemp("make-run") / "var", free_port()
    state.mkdir()
    state.chmod(0o755)  # as one is that an older console made
    with running(Console(state, port)) as console:
        address = console.await_line(r"http://\S+").group()
        with urllib.request.urlopen(address) as answer:
            first_page = answer.read().decode()
        started = console.descendants()
        alive = wait_until(lambda: alive_in(state))
        refused = refused_on(port, state.parent / "another" / "var")
        status = console.interrupt()
        return FirstRun(state, console.said(), first_page, started, refused, port, status, alive)


@contextmanager
def running(console: Console) -> Iterator[Console]:
    try:
        yield console
    finally:
        console.end()


def alive_in(state: Path) -> set[str] | None:
    """The workers that are alive, by what the cache holds; None before both are."""
    with closing(sqlite3.connect(state / "console.sqlite3")) as connection:
        keys = connection.execute("SELECT cache_key FROM console_cache").fetchall()
    found = {key.partition("worker:")[2] for (key,) in keys if "worker:" in key}
    return found if len(found) > 1 else None


def refused_on(port: int, state: Path) -> tuple[int, str]:
    state.mkdir(parents=True)
    other = Console(state, port)
    status = other.process.wait(timeout=120)
    other.end()
    return status, other.said()


def pulled(said: str) -> tuple[str, ...]:
    """Objects, new, changed, gone."""
    found = re.search(PULLED, said)
    assert found, said
    return found.groups()


def test_starts_and_asks_to_sign_in(first: FirstRun) -> None:
    assert "Sign in" in first.first_page
    objects, new, *others = pulled(first.said)
    assert (new, others) == (objects, ["0", "0"])


def test_its_workers_note_that_they_are_alive(first: FirstRun) -> None:
    assert first.alive == {"changes:changes@localhost", "pulls:pulls@localhost"}


def test_ctrl_c_leaves_no_orphans(first: FirstRun) -> None:
    assert first.status == 0
    assert len(first.started) >= 6
    alive = [process for process in first.started if process.is_running()]
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


def test_nobody_else_on_the_machine_reads_its_state(first: FirstRun) -> None:
    """The log has links to set passwords, and there are the keys and the demo's password."""
    found = [first.state, *first.state.rglob("*")]
    assert {"console.log", "console.sqlite3", "keys"} <= {path.name for path in found}
    assert [str(path) for path in found if path.stat().st_mode & 0o077] == []


def test_a_busy_port_gets_a_sentence(first: FirstRun) -> None:
    status, said = first.refused
    assert status != 0
    assert f"PORT={first.port + 1}" in said


def test_a_second_start_changes_nothing(first: FirstRun) -> None:
    with running(Console(first.state, free_port())) as again:
        again.await_line(PULLED)
        assert pulled(again.said()) == (pulled(first.said)[0], "0", "0", "0")
