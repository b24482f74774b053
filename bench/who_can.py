"""How long it takes to ask 10,000 principals who share 2,000 policy documents: who may, who can become administrator.

python -m bench.who_can

prints a line for each figure and one of JSON. Building the index includes reading the mirror; a question is warm when
its action was asked about before, of another resource. Times are those of the processor.
"""

from __future__ import annotations

import json
import os
import tempfile
import tracemalloc
from statistics import median
from time import process_time
from typing import Any

QUESTIONS = 20


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {"IAMCONSOLE_STATE": folder, "DJANGO_SETTINGS_MODULE": "iamconsole.settings"}
        import django

        django.setup()
        from django.core.management import call_command

        from bench.shared_policies import fill

        call_command("migrate", verbosity=0)
        figures = measure(fill())
    for name, (value, unit, wanted) in figures.items():
        print(f"{name}: {value:,.1f} {unit} (wanted: at most {wanted})")
    print(json.dumps({"benchmark": "who_can", **{name: round(value, 2) for name, (value, *_) in figures.items()}}))


def measure(aws_account: Any) -> dict[str, tuple[float, str, int]]:
    from access.escalation.account import account_of
    from access.escalation.paths import escalations
    from access.index import cached_index, forget, index_of
    from access.patterns import who_can
    from bench.shared_policies import ASKED
    from policies.engine.compiled import compiled

    began = process_time()
    index = index_of(aws_account)
    built = process_time() - began
    action, resource = ASKED
    times = []
    for number in range(QUESTIONS):
        began = process_time()
        found = index.who_can(action, f"{resource}{number}")
        times.append(process_time() - began)
    began = process_time()
    reasons = sum(len(each.because) for each in found)
    explained = process_time() - began
    print(
        f"{len(index.holders):,} principals, {len(index.documents):,} documents, {len(found):,} may, {reasons} reasons"
    )
    began = process_time()
    some = who_can(index, action, "arn:aws:s3:::data-*", {})
    pattern = process_time() - began
    print(f"{len(some):,} may some of a pattern")
    began = process_time()
    paths = escalations(account_of(aws_account)).paths
    searched = process_time() - began
    print(f"{len(paths):,} escalation paths")
    del index, found, some, paths
    cached_index(aws_account)
    began = process_time()
    cached_index(aws_account)
    again = process_time() - began
    forget()
    compiled.cache_clear()
    return {
        "who can": (median(times[1:]) * 1000, "ms", 60),
        "who can, cold": (times[0] * 1000, "ms", 1000),
        "who can, a pattern": (pattern * 1000, "ms", 2000),
        "why, for all of them": (explained * 1000, "ms", 1000),
        "escalation paths": (searched, "s", 10),
        "finding the index kept": (again * 1000, "ms", 200),
        "building the index": (built, "s", 3),
        "memory of the index": (_memory(aws_account), "MB", 200),
    }


def _memory(aws_account: Any) -> float:
    from access.index import index_of
    from bench.shared_policies import ASKED

    tracemalloc.start()
    index = index_of(aws_account)
    index.who_can(*ASKED)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return used / 1_000_000


if __name__ == "__main__":
    main()
