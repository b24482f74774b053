"""`manage.py verify_audit`: whether the audit trail is what was sealed. Exit status 1 when it isn't."""

from __future__ import annotations

import json
import re
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts import audit
from accounts.models import AuditEntry, AuditHead

HEAD = re.compile(r"(?P<number>\d+):(?P<seal>[0-9a-f]{64})")


def parse_head(text: str) -> tuple[int, str]:
    match = HEAD.fullmatch(text)
    if match is None:
        raise ArgumentTypeError("a head is written NUMBER:SEAL, as the log stream has it")
    return int(match["number"]), match["seal"]


class Command(BaseCommand):
    help = "Checks the audit trail: finds entries that were rewritten, moved, taken out or cut off."

    def add_arguments(self, parser: CommandParser) -> None:
        words = "NUMBER:SEAL of a line of the logger iamconsole.audit, which the trail must hold"
        parser.add_argument("--expect", type=parse_head, metavar="HEAD", help=words)
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        problems = audit.verify(options["expect"])
        sealed = AuditEntry.objects.filter(number__isnull=False).count()
        waiting = AuditEntry.objects.filter(number__isnull=True).count()
        if options["json"]:
            head = AuditHead.objects.filter(pk=1, number__gt=0).first()
            result = {"sealed": sealed, "waiting": waiting, "head": str(head) if head else None}
            self.stdout.write(json.dumps({**result, "problems": [vars(problem) for problem in problems]}))
        else:
            for problem in problems:
                self.stdout.write(problem.sentence)
            verdict = f"{len(problems)} problems" if problems else "as they were sealed"
            self.stdout.write(f"{sealed} sealed entries: {verdict}. {waiting} entries wait to be sealed.")
        if problems:
            raise SystemExit(1)
