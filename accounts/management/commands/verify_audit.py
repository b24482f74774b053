"""`manage.py verify_audit`: whether the audit trail is what was sealed. Exit status 1 when it isn't."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.audit.check import heads_in, look_through
from accounts.audit.fence import HEAD
from accounts.models import AuditEntry, AuditHead


def parse_head(text: str) -> tuple[int, str]:
    match = HEAD.fullmatch(text)
    if match is None:
        raise ArgumentTypeError("a head is written NUMBER:SEAL, as the log stream has it")
    return int(match["number"]), match["seal"]


class Command(BaseCommand):
    help = "Checks the audit trail: finds entries that were rewritten, moved, taken out or cut off."

    def add_arguments(self, parser: CommandParser) -> None:
        words = "NUMBER:SEAL of a line of the logger iamconsole.audit, which the trail must hold; several, oldest first"
        parser.add_argument("--expect", type=parse_head, metavar="HEAD", action="append", default=[], help=words)
        words = (
            "the log itself, oldest line first (-: standard input): each head in it is looked at, and that they rise"
        )
        parser.add_argument("--expect-log", metavar="FILE", help=words)
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        heads = self._logged(options["expect_log"]) if options["expect_log"] else []
        problems, notes = look_through([*heads, *options["expect"]])
        sealed = AuditEntry.objects.filter(number__isnull=False).count()
        waiting = AuditEntry.objects.filter(number__isnull=True).count()
        if options["json"]:
            head = AuditHead.objects.filter(pk=1, number__gt=0).first()
            result = {"sealed": sealed, "waiting": waiting, "head": str(head) if head else None, "notes": notes}
            self.stdout.write(json.dumps({**result, "problems": [vars(problem) for problem in problems]}))
        else:
            for note in notes:
                self.stdout.write(note)
            for problem in problems:
                self.stdout.write(problem.sentence)
            verdict = f"{len(problems)} problems" if problems else "as they were sealed"
            self.stdout.write(f"{sealed} sealed entries: {verdict}. {waiting} entries wait to be sealed.")
        if problems:
            raise SystemExit(1)

    def _logged(self, name: str) -> list[tuple[int, str]]:
        try:
            lines = sys.stdin if name == "-" else Path(name).read_text(errors="replace").splitlines()
        except OSError as error:
            raise CommandError(f"{name} can’t be read: {error.strerror}.") from error
        if heads := list(heads_in(lines)):
            return heads
        raise CommandError("There is no head of the audit trail in that log: nothing could be compared.")
