"""`manage.py doctor`: whether all parts of this console work, and what to do where one doesn't."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from sync import health
from sync.doctor.finding import DoctorFinding


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # it has to speak where the rest can't
    help = "Looks at database, broker, workers, beat, keys and AWS accounts. Exit status 1 when something is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = []
        for finding in health.look():
            findings.append(finding)
            if not options["json"]:
                self._say(finding)
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=2))
        if not all(finding.ok for finding in findings):
            sys.exit(1)

    def _say(self, finding: DoctorFinding) -> None:
        self.stdout.write(f"{'ok' if finding.ok else 'PROBLEM':<8} {finding.name}: {finding.detail}")
        if finding.what_to_do:
            self.stdout.write(f"{'':<8} {finding.what_to_do}")
