"""`manage.py reseal`: seals under the newest of SEAL_KEYS what is sealed under older ones. Exit status 1: some is left.

Runs beside the console; doing it again changes nothing.
"""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from sync import resealing


class Command(BaseCommand):
    help = "Seals again, under the newest of SEAL_KEYS, what is sealed under older ones: then these can be taken out."

    def handle(self, *args: Any, **options: Any) -> None:
        done = resealing.reseal()
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(done.items()))
        self.stdout.write(f"Sealed again: {counts}.")
        left = list(resealing.report())
        for _, detail, what_to_do in left:
            self.stdout.write(f"{detail[:1].upper()}{detail[1:]} {what_to_do}".strip())
        if any(each.counts.total() for each in resealing.under_older_keys()):
            sys.exit(1)
        self.stdout.write("Nothing is sealed under an older key.")
