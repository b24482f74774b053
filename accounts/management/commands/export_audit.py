"""`manage.py export_audit`: the audit trail as the page exports it, oldest entry first, to standard output."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import QueryDict

from accounts.audit.listing import AUDIT
from accounts.models import AuditEntry
from iamconsole.web.exports import CHUNK, FORMATS
from iamconsole.web.listings import TableListing


class Command(BaseCommand):
    help = (
        "Prints the audit trail as JSON Lines or CSV, oldest entry first; options narrow it as the page's filters do."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=AUDIT.exports, default="jsonl")
        parser.add_argument(
            "--json", action="store_const", dest="format", const="jsonl", help="JSON Lines (the default)"
        )
        parser.add_argument("--after-number", type=int, default=0, help="only entries sealed after this number")
        for choice in AUDIT.filters:
            parser.add_argument(f"--{choice.name.replace('_', '-')}", default="", help=f"filter: {choice.label}")

    def handle(self, *args: Any, **options: Any) -> None:
        query = QueryDict(mutable=True)
        query.update({choice.name: options[choice.name] for choice in AUDIT.filters} | {"sort": "at"})
        entries = AuditEntry.objects.select_related("aws_account")
        if options["after_number"]:
            entries = entries.filter(number__gt=options["after_number"])
        listing = TableListing(AUDIT, entries, None, query)
        if listing.state.remarks:
            raise CommandError(" ".join(listing.state.remarks))
        _, write = FORMATS[options["format"]]
        rows = listing.order.forward(listing.matching).iterator(chunk_size=CHUNK)
        for line in write(AUDIT.columns, rows):
            self.stdout.write(line, ending="")
