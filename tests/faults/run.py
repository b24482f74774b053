"""`make faults`: every operation meets every fault of a change, on SQLite and files, then on PostgreSQL and Redis.

Prints the matrix of each stack. Arguments go to pytest: `-k iam.key` takes the operations on access keys only.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests.services.run import keeping_bytecode

_FILES = [f"tests/faults/test_{name}.py" for name in ("operations", "kill_wave", "kill_people_table")]
PYTEST = [sys.executable, "-m", "pytest", "-q", *_FILES]
# The servers are restarted in the middle of it, so nobody else works on them.
STACKS = {"embedded": ["-n", "3"], "servers": ["-n", "0"]}


def main(arguments: list[str]) -> int:
    environment = keeping_bytecode({**os.environ, "FAULTS": "all"})
    status = 0
    for stack, processes in STACKS.items():
        command = [*PYTEST, *processes, *arguments]
        done = subprocess.run(command, env={**environment, "TEST_STACK": stack}, check=False)
        status = status or done.returncode
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
