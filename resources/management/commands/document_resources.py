"""Writes the table of kinds of resources in docs/estate.md from resources/table/: `make resources`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from resources.table import KINDS
from resources.table.entry import ResourceKind

TARGET = Path(__file__).resolve().parents[3] / "docs" / "estate.md"
BEGIN, END = "<!-- Written by `make resources`: -->\n", "<!-- End of what is written. -->\n"


def written(page: str) -> str:
    """The page, with the table as the kinds are."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}\n{END}{after}"


def table() -> str:
    head = ["| kind | what is read of one | without a policy | besides |", "|---|---|---|---|"]
    return "\n".join([*head, *map(_row, KINDS.values())])


def _row(kind: ResourceKind) -> str:
    parts = ", ".join(part.title[0].lower() + part.title[1:] for part in kind.parts)
    return f"| {kind.title} | {parts} | {kind.none_means} | {kind.peculiar or '–'} |"


class Command(BaseCommand):
    help = "Writes the table of kinds of resources in docs/estate.md. For developers: `make resources`."

    def handle(self, *args: Any, **options: Any) -> None:
        TARGET.write_text(written(TARGET.read_text()))
