"""`make test`: the whole suite as it comes (SQLite, files as broker), and what depends on either on real servers.

Makes sure of a browser first: on Debian or Ubuntu as root it is installed, elsewhere the sentence says how to get one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile

from tests.services.chromium import HOW_TO_GET_ONE, chromium

ROOT = Path(__file__).resolve().parents[2]
# Three on two cores: many tests wait for a worker, an emulator or a browser for much of their time. Each file goes to
# one of them, so that what a file's tests share is made once. What is on servers waits the most, and runs beside.
PYTEST_OPTIONS = ["-q", "--dist", "loadfile", "--no-loadscope-reorder"]
PYTEST = [sys.executable, "-m", "pytest", *PYTEST_OPTIONS, "-n", "3", "-p", "tests.services.slowest"]


def main() -> int:
    ensure_browser()
    environment = keeping_bytecode(dict(os.environ))
    with TemporaryFile("w+") as said:
        on_servers = subprocess.Popen(
            [*PYTEST, "-n", "1", "-m", "stack or servers"],
            env={**environment, "TEST_STACK": "servers"},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        everything = subprocess.run(PYTEST, env=environment, check=False).returncode
        failed = on_servers.wait()
        said.seek(0)
        sys.stdout.write(f"On PostgreSQL and Redis:\n{said.read()}")
    return everything or failed


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
