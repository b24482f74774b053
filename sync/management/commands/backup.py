"""`manage.py backup`: the database in one file, for `manage.py restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from iamconsole.web.words import counted
from sync.backup import making
from sync.backup.errors import BackupError


class Command(BaseCommand):
    help = (
        "Writes the database to one file, while the console runs: consistent, with checksums, readable by its owner "
        "only. Keys aren't in it. See docs/backup.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="the new file; none is overwritten")
        words = "encrypt it by age to this recipient (age1… or a public key of SSH); several, if you like"
        parser.add_argument("--age-recipient", action="append", default=[], metavar="RECIPIENT", help=words)
        words = "encrypt it by GPG to this key; several, if you like"
        parser.add_argument("--gpg-recipient", action="append", default=[], metavar="KEY", help=words)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        try:
            made = making.make(path, age=options["age_recipient"], gpg=options["gpg_recipient"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        rows = counted(sum(made.counts.values()), "row")
        self.stdout.write(
            f"{path}: {path.stat().st_size:,} bytes, {rows}, audit trail up to {made.audit_head or 'no entry'}."
        )
        if not options["age_recipient"] and not options["gpg_recipient"]:
            self.stdout.write("It isn't encrypted: it names people, policies and who may do what.")
        self.stdout.write(
            "Not in it, and to be kept apart from it:\n"
            "  SECRET_KEY, AUDIT_KEY and SEAL_KEYS: without them it can't be restored;\n"
            f"  the newest head of the audit trail ({settings.AUDIT_HEAD_FILE}, and the log), which shows what a "
            "restored database lacks.\n"
            "Never restore that head, or COUNTER_DIR, with the database: they tell that it was set back. Imported "
            "files that wait for a worker, and what is in Redis, aren't in it and needn't be."
        )
