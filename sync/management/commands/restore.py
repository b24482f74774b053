"""`manage.py restore`: a backup in the place of the database. The queue of changes is on hold then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from iamconsole.web.words import full_time
from sync.backup import restoring
from sync.backup.errors import BackupError


class Command(BaseCommand):
    help = (
        "Restores a backup, with the console stopped. Nothing is sent to AWS, and nobody is notified, until owners "
        "have looked at each open change on the page “On hold”. See docs/backup.md."
    )
    requires_system_checks: tuple[str, ...] = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        words = "replace the database that is there: what happened since the backup is lost"
        parser.add_argument("--over-existing", action="store_true", help=words)
        words = "a file with the key of a recipient, for a backup that age encrypted"
        parser.add_argument("--age-identity", type=Path, metavar="FILE", help=words)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = restoring.restore(
                options["path"], over_existing=options["over_existing"], age_identity=options["age_identity"]
            )
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored the backup of {full_time(done.manifest.made_at)}. Everybody has to sign in again.")
        if done.kept:
            self.stdout.write(f"The former database is {done.kept}: delete it when you need it no longer.")
        for sentence in done.notes:
            self.stdout.write(sentence)
        self.stdout.write(
            "The queue of changes is on hold: start the console, look at each open change on the page “On hold” "
            "(/queue/), and release it there."
        )
