"""`make test`: the whole suite as it comes (SQLite, files as broker), what depends on either on real servers, and
`make check`. They run side by side: the checks take one processor for half a minute, and servers wait for much of it.

Makes sure of a browser first: on Debian or Ubuntu as root it is installed, elsewhere the sentence says how to get one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from tests.services.chromium import HOW_TO_GET_ONE, chromium

ROOT = Path(__file__).resolve().parents[2]
# Four on two cores: with three, a fifth of both is idle, since many tests wait for a worker, an emulator or a browser.
# Each file goes to one of them, so that what a file's tests share is made once. What is on servers runs beside.
PYTEST_OPTIONS = ["-q", "--dist", "loadfile", "--no-loadscope-reorder"]
MARKED = re.compile(r"pytest\.mark\.(?:stack|servers)\b")
PLUGINS = ["-p", "tests.services.slowest", "-p", "tests.services.collecting"]
PYTEST = [sys.executable, "-m", "pytest", *PYTEST_OPTIONS, "-n", "4", *PLUGINS]


def main() -> int:
    ensure_browser()
    environment = keeping_bytecode(dict(os.environ))
    on_servers = [*PYTEST, "-n", "1", "-m", "stack or servers", *files_on_servers()]
    with (
        beside(["make", "check"], environment) as checked,
        beside(on_servers, {**environment, "TEST_STACK": "servers"}) as passed,
    ):
        everything = subprocess.run(PYTEST, env=environment, check=False).returncode
        statuses = (everything, passed("On PostgreSQL and Redis"), checked("make check"))
        return next(filter(None, statuses), 0)


def files_on_servers() -> list[str]:
    """Those in which a test is marked so. To collect all others in order to leave them out takes ten times as long."""
    return [str(path) for path in sorted((ROOT / "tests").rglob("test_*.py")) if MARKED.search(path.read_text())]


@contextmanager
def beside(command: list[str], environment: dict[str, str]) -> Iterator[Callable[[str], int]]:
    """Starts the command; what is given waits for its end, prints what it said under a heading, gives its status."""
    with TemporaryFile("w+") as said:
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT)

        def ended(heading: str) -> int:
            status = running.wait()
            said.seek(0)
            sys.stdout.write(f"{heading}:\n{said.read()}")
            sys.stdout.flush()
            return status

        yield ended


def keeping_bytecode(environment: dict[str, str]) -> dict[str, str]:
    """The tests start Python again and again, and half of a start is compiling, where nothing compiled is kept.

    Who doesn't want that beside the sources gets it in var/.
    """
    if environment.pop("PYTHONDONTWRITEBYTECODE", ""):
        environment.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / "var" / "bytecode"))
    return environment


def ensure_browser() -> None:
    if chromium():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(HOW_TO_GET_ONE)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "-qq", *command], env=quiet, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
