"""`manage.py verify_backup`: whether a backup is whole, and what it is of."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from iamconsole.web.words import counted, full_time, some
from sync.backup import archive, encryption, restoring
from sync.backup.errors import BackupError, BackupRefused


class Command(BaseCommand):
    help = "Reads all of a backup, compares its checksums, and says whether this console could restore it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        words = "a file with the key of a recipient, for a backup that age encrypted"
        parser.add_argument("--age-identity", type=Path, metavar="FILE", help=words)
        parser.add_argument("--json", action="store_true", help="print its manifest as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        try:
            with encryption.decrypted(path, options["age_identity"]) as clear, archive.opened(clear) as backup:
                self._say(backup, options["json"])
        except BackupError as error:
            raise CommandError(str(error)) from error

    def _say(self, backup: archive.OpenedBackup, as_json: bool) -> None:
        manifest = backup.manifest
        try:
            notes, refused = restoring.check(backup), ""
        except BackupRefused as error:
            notes, refused = [], str(error)
        if as_json:
            said = {**asdict(manifest), "made_at": manifest.made_at.isoformat(), "refused": refused, "notes": notes}
            self.stdout.write(json.dumps(said))
            return
        states = [f"{number} {state}" for state, number in manifest.open_changes.items()]
        self.stdout.write(
            f"Whole: made {full_time(manifest.made_at)} by version {manifest.console}, on {manifest.database}. "
            f"{counted(sum(manifest.counts.values()), 'row')}, audit trail up to {manifest.audit_head or 'no entry'}, "
            f"open changes: {some(states, shown=20) if states else 'none'}."
        )
        for sentence in notes:
            self.stdout.write(sentence)
        self.stdout.write(f"This console can't restore it: {refused}" if refused else "This console can restore it.")
