"""`manage.py policy_diff OLD NEW`: what access one policy document gives that another doesn't, and the reverse."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from policies.engine.diff.report import denial_diff, is_empty, lines, policy_diff
from policies.engine.document import DocumentType, parse
from policies.engine.statements import document_of

_TITLES = {
    "gained": "NEW allows, and OLD doesn't:",
    "lost": "OLD allows, and NEW doesn't:",
    "undecided": "Can't be told:",
}
_DENIAL_TITLES = {
    "lost": "NEW denies, and OLD doesn't, whatever other policies allow:",
    "gained": "OLD denies, and NEW doesn't, whatever other policies allow:",
    "undecided": "Can't be told of what they deny:",
}


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
        for line in (*_lines(found, _TITLES), *_lines(denial_diff(old, new), _DENIAL_TITLES)):
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


def _lines(found: Mapping[str, Any], titles: Mapping[str, str]) -> Iterator[str]:
    for name, title in titles.items():
        if found[name]:
            yield title
        for item in found[name]:
            yield f"  {', '.join(item['actions'])}"
            yield from (f"    {line}" for line in lines(item))
