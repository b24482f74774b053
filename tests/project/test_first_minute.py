"""The README's commands, word for word, as somebody meets them who has the repository and nothing else.

`make test` is run the same way by `.ci/run`: the suite can't run itself.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import wait_until

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
# What reaching a package index may need; docs/settings.md knows none of these.
FOR_THE_INDEX = re.compile(r"(?i).*(_proxy|cert.*|ssl.*)|(pip|uv|npm_config)_.*|path")


def commands_of_the_readme() -> list[str]:
    readme = (ROOT / "README.md").read_text()
    return re.findall(r"^    (make \w+)$", readme, re.MULTILINE)


@pytest.fixture(scope="module")
def stranger() -> Iterator[dict[str, object]]:
    """Where and as whom a stranger runs commands: a fresh clone, an empty home, no privileges, no variable of ours."""
    # Not below pytest's own folder, which nobody else may enter.
    place = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    clone, home = place / "iam-console", place / "home"
    subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if FOR_THE_INDEX.fullmatch(name)}
    account = {}
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", place], check=True)
        account = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    yield {"cwd": clone, "env": {**environment, "HOME": str(home)}, **account}
    shutil.rmtree(place)


class Command:
    """A command of the stranger's that goes on until it is interrupted."""

    def __init__(self, command: str, stranger: dict[str, object], output: Path) -> None:
        self.output = output
        # Where a script runs the tests in the background, SIGINT is ignored, and make would ignore it, too.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with output.open("w") as said:
            self.process = subprocess.Popen(  # type: ignore[call-overload]
                command.split(), **stranger, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
            )

    def said(self) -> str:
        return self.output.read_text()

    def await_line(self, pattern: str) -> re.Match[str] | None:
        """The line, or None when the command ended without it."""

        def look() -> object:
            return re.search(pattern, self.said()) or self.process.poll() is not None

        wait_until(look, 240)
        return re.search(pattern, self.said())

    def interrupt(self) -> int:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)  # as a terminal does
        return int(self.process.wait(timeout=60))


@pytest.fixture
def commands(stranger: dict[str, object], tmp_path: Path) -> Iterator[list[Command]]:
    begun: list[Command] = []
    yield begun
    for command in begun:
        command.interrupt()


def test_make_run_as_the_readme_has_it(stranger: dict[str, object], commands: list[Command], tmp_path: Path) -> None:
    line = commands_of_the_readme()[0]
    assert line == "make run"
    commands.append(Command(line, stranger, tmp_path / "said"))
    address = commands[-1].await_line(r"http://\S+")
    if other_port := re.search(r"Port 8000 can't be used .* (make run PORT=\d+)", commands[-1].said()):
        commands.append(Command(other_port[1], stranger, tmp_path / "again"))  # this machine has something on 8000
        address = commands[-1].await_line(r"http://\S+")
    assert address, commands[-1].said()
    with urllib.request.urlopen(address.group()) as answer:
        assert "Sign in" in answer.read().decode()
    assert re.search("Sign in as .* with the password", commands[-1].said())
    assert commands[-1].interrupt() in {2, -signal.SIGINT}  # make's own after Ctrl-C


def test_the_suite_is_run_word_for_word_by_ci() -> None:
    assert "make test" in commands_of_the_readme()
    runs = (ROOT / ".ci" / "run").read_text()
    assert "env -i" in runs
    assert re.search(r"make test$", runs, re.MULTILINE)


@pytest.mark.parametrize(
    ("given", "sentence"), [({"PORT": "http"}, "PORT=http is not a port"), ({"DEMO": "x"}, "DEMO is “x”")]
)
def test_make_run_says_what_it_cannot_take(tmp_path: Path, given: dict[str, str], sentence: str) -> None:
    environment = {"PATH": os.environ["PATH"], "IAMCONSOLE_STATE": str(tmp_path), **given}
    command = [sys.executable, "-m", "iamconsole.launch.run"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
