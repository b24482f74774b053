"""The emulator ends when it is told to, and with the process that started it."""

from __future__ import annotations

import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

START_AND_WAIT = """
import sys
from emulator.process import start_emulator
with start_emulator() as emulator:
    print(emulator.url, flush=True)
    sys.stdin.read()
"""


def answers(url: str) -> bool:
    try:
        urlopen(f"{url}/_emulator/health", timeout=5).close()
    except (URLError, ConnectionError):
        return False
    return True


def test_a_killed_test_run_leaves_no_emulator_behind() -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdin is not None
    assert owner.stdout is not None
    with owner.stdin, owner.stdout:
        url = owner.stdout.readline().strip()
        assert answers(url)

        owner.kill()
        owner.wait()

    deadline = time.monotonic() + 10
    while answers(url):
        assert time.monotonic() < deadline
        time.sleep(0.02)
