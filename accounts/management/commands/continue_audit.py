"""`manage.py continue_audit`: lets the sealer go on from where the database is, after a backup was put back."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit


class Command(BaseCommand):
    help = (
        "After a backup was put back: lets the audit trail go on from the entry that the database ends with. That, the "
        "head that was known before, and your reason become an entry of the trail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", required=True, help="why the database is older than the trail that was sealed")

    def handle(self, *args: Any, **options: Any) -> None:
        if not audit.set_back():
            raise CommandError("The trail goes on from where it was sealed last: there is nothing to settle.")
        sealed = audit.go_on(reason=options["reason"])
        self.stdout.write(f"The audit trail goes on; {sealed} entries were sealed.")
