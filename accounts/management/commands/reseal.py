"""`manage.py reseal`: seals under the newest of SEAL_KEYS what is sealed under older ones. Exit status 1: not all is.

Runs beside the console, in small batches. It can be stopped anywhere and run again: it goes on with what is left.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from accounts import resealing

TOLD_EVERY = 1000


class Command(BaseCommand):
    help = "Seals again, under the newest of SEAL_KEYS, what is sealed under older ones: then these can be taken out."

    def handle(self, *args: Any, **options: Any) -> None:
        done: Counter[str] = Counter()
        failures: dict[str, str] = {}
        for batch in resealing.reseal():
            before = done.total()
            done[batch.kind] += batch.count
            if batch.failure:
                failures[batch.kind] = batch.failure
            if before // TOLD_EVERY != done.total() // TOLD_EVERY:
                self.stdout.write(f"… {_said(done)}")
                self.stdout.flush()
        self.stdout.write(f"Sealed again: {_said(done)}.")
        for kind, failure in failures.items():
            self.stderr.write(f"Not all {kind} were sealed again: {failure} The log has more; run it again.")
        left = resealing.under_older_keys()
        for _, detail, what_to_do in resealing.report(left):
            self.stdout.write(f"{detail[:1].upper()}{detail[1:]} {what_to_do}".strip())
        if failures or any(each.counts.total() for each in left):
            sys.exit(1)
        self.stdout.write("Nothing is sealed under an older key.")


def _said(done: Counter[str]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(done.items()) if count) or "nothing"
