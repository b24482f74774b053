"""`make fuzz`: the properties that are held against brute force, on new examples for as long as there is time.

FUZZ_MINUTES is how long (60, unless said), FUZZ_EXAMPLES how many examples of each property a round tries (300). A
round that fails ends it, with the smallest example and the seed. Properties take part by `as_long_as_asked`.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from time import monotonic

from tests.services.fuzzing import EXAMPLES
from tests.services.run import keeping_bytecode

MINUTES = "FUZZ_MINUTES"


def main(arguments: list[str]) -> int:
    end = monotonic() + float(os.environ.get(MINUTES, "60")) * 60
    environment = keeping_bytecode({EXAMPLES: "300", **os.environ})
    rounds = 0
    while monotonic() < end:
        seed = str(secrets.randbelow(2**32))
        command = [sys.executable, "-m", "pytest", "-q", "-m", "fuzz", f"--hypothesis-seed={seed}", "tests", *arguments]
        status = subprocess.run(command, env=environment, check=False).returncode
        rounds += 1
        if status:
            sys.stdout.write(f"Round {rounds} failed: --hypothesis-seed={seed}\n")
            return status
    sys.stdout.write(f"{rounds} rounds passed.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
