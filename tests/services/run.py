"""`make test`: the whole suite as it comes (SQLite, files as broker), then what depends on either on real servers.

Makes sure of a browser first: on Debian or Ubuntu as root it is installed, elsewhere the sentence says how to get one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.services.chromium import HOW_TO_GET_ONE, chromium

# Three on two cores: many tests wait for a worker, an emulator or a browser for much of their time.
PYTEST = [sys.executable, "-m", "pytest", "-q", "-n", "3", "--dist", "loadgroup"]


def main() -> int:
    ensure_browser()
    everything = subprocess.run(PYTEST, check=False).returncode
    servers = {**os.environ, "TEST_STACK": "servers"}
    on_servers = subprocess.run([*PYTEST, "-m", "stack or servers"], env=servers, check=False).returncode
    return everything or on_servers


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
