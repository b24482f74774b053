"""`manage.py policy_diff OLD NEW`: what access one policy document gives that another doesn't, and the reverse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from policies.engine.diff.report import denial_diff, is_empty, policy_diff
from policies.engine.diff.words import in_words
from policies.engine.document import DocumentType, parse
from policies.engine.statements import document_of


class Command(BaseCommand):
    help = "Says what access one policy document gives that another doesn't, and the reverse."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("old", metavar="OLD", help="a file with a policy document")
        parser.add_argument("new", metavar="NEW", help="a file with another")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        old, new = self._read(options["old"]), self._read(options["new"])
        found = policy_diff(old, new)
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        if is_empty(found):
            self.stdout.write("Both documents give the same access.")
        for line in in_words(found, denial_diff(old, new)):
            self.stdout.write(line)

    def _read(self, name: str) -> dict[str, Any]:
        """What AWS would refuse in it is told on standard error, since it matches nothing here."""
        try:
            text = Path(name).read_text(encoding="utf-8")
        except OSError as problem:
            raise CommandError(f"{name} can't be read: {problem.strerror}.") from problem
        except UnicodeDecodeError as problem:
            raise CommandError(f"{name} isn't text in UTF-8.") from problem
        document = parse(text).document
        problems = parse(text, _type(document)).problems
        if document is None:
            raise CommandError(f"{name} has no policy document. {problems[0]}")
        for each in problems:
            self.stderr.write(f"{name}: {each}")
        return document


def _type(document: dict[str, Any] | None) -> DocumentType:
    if not document_of(document).names_principals:
        return DocumentType.IDENTITY
    return DocumentType.RESOURCE if "Resource" in json.dumps(document) else DocumentType.TRUST
