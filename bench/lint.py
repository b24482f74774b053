"""How long lint takes for all managed policies of AWS, and what the engine and its catalogue cost to import.

python -m bench.lint

prints lines for people and one of JSON. The catalogue is loaded beforehand. Since machines differ, lint is also told as
a multiple of reading the same texts with the place of every value, measured in the same run. The first round fills the
caches of patterns; the best of all counts, as everywhere here.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Callable
from time import process_time

from moto.iam.aws_managed_policies import aws_managed_policies_data

from policies.engine import catalogue
from policies.engine.json_text import read
from policies.engine.lint import lint

ROUNDS = 3
WANTED_S, WANTED_IMPORT_S, WANTED_IMPORT_MB = 2.0, 0.3, 60
WHAT = "policies.engine.evaluate, policies.engine.catalogue, policies.engine.lint"
TIME = f"import time; began = time.process_time(); import {WHAT}; print(time.process_time() - began)"
MEMORY = f"import tracemalloc as t; t.start(); import {WHAT}; print(t.get_traced_memory()[1] / 2**20)"  # of objects
NOTHING = "import time; print(time.process_time())"


def seconds(look: Callable[[str], object], texts: list[str]) -> float:
    """Of processor time."""
    began = process_time()
    for text in texts:
        look(text)
    return process_time() - began


def run(code: str) -> float:
    """What it prints, the best of some rounds."""
    outcomes = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=True) for _ in range(ROUNDS)]
    return min(float(outcome.stdout) for outcome in outcomes)


def main() -> None:
    texts = [json.dumps(policy["Document"], indent=4) for policy in json.loads(aws_managed_policies_data).values()]
    catalogue.all_actions()
    catalogue.types_of_arn_service("s3")
    gc.collect()
    gc.freeze()  # what the emulator brought isn't of the measured process: nobody should look through it for garbage
    linting = [seconds(lint, texts) for _ in range(ROUNDS)]
    reading = min(seconds(read, texts) for _ in range(ROUNDS))
    import_s, import_mb, start_s = run(TIME), run(MEMORY), run(NOTHING)
    best, ratio = min(linting), min(linting) / reading
    print(
        f"Lint of {len(texts):,} managed policies: {best:.2f} s (wanted: {WANTED_S} s), first time {linting[0]:.2f} s"
    )
    print(f"That is {ratio:.1f} times what reading them with all places takes ({reading:.2f} s)")
    print(f"Import of engine, catalogue and lint: {import_s:.2f} s, {import_mb:.0f} MB", end=" ")
    print(f"(wanted: {WANTED_IMPORT_S} s, {WANTED_IMPORT_MB} MB); Python itself starts in {start_s:.2f} s")
    found = {
        "benchmark": "lint",
        "policies": len(texts),
        "lint_s": round(best, 3),
        "first_s": round(linting[0], 3),
        "reading_s": round(reading, 3),
        "ratio": round(ratio, 2),
        "import_s": round(import_s, 3),
        "import_mb": round(import_mb, 1),
        "start_s": round(start_s, 3),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
