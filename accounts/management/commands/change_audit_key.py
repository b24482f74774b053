"""`manage.py change_audit_key`: the audit trail goes on under AUDIT_KEY, after one of AUDIT_KEY_FALLBACKS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit
from accounts.audit import fence
from accounts.audit.changing_key import KeyStays, TrailAltered, change_key

MOST_SENTENCES = 20


class Command(BaseCommand):
    help = (
        "Verifies the audit trail and lets it go on under AUDIT_KEY; the former key is given in AUDIT_KEY_FALLBACKS. "
        "The change is an entry of the trail that both keys attest. Runs beside the console."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", required=True, help="why, for the audit trail")
        words = "although entries were altered before: it is known why, and a copy of the database is kept"
        parser.add_argument("--although-altered", action="store_true", help=words)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = change_key(reason=options["reason"], although_altered=options["although_altered"])
        except TrailAltered as error:
            for problem in error.problems[:MOST_SENTENCES]:
                self.stderr.write(problem.sentence)
            raise CommandError(str(error)) from error
        except (KeyStays, audit.WrongKey) as error:
            raise CommandError(str(error)) from error
        except fence.SetBack as error:
            raise CommandError(f"{error} {fence.ADVICE}") from error
        self.stdout.write(
            f"The audit trail goes on under key {done.following}: entry {done.number} says so, and both keys attest "
            f"it. Key {done.former} can be taken out of AUDIT_KEY_FALLBACKS now; keep it with the "
            "backups of its time."
        )
