"""Writes the table of sources in docs/mirror.md from what is registered: `make sources`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from sync.mirror import Source, sources

TARGET = Path(__file__).resolve().parents[3] / "docs" / "mirror.md"
BEGIN, END = "<!-- Written by `make sources`: -->\n", "<!-- End of what is written. -->\n"


def written(page: str) -> str:
    """The page, with the table as the sources are."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}\n{END}{after}"


def table() -> str:
    head = ["| source | what it brings | not more often than every | waits for |", "|---|---|---|---|"]
    return "\n".join([*head, *map(_row, sources.values())])


def _row(source: Source) -> str:
    every = f"{source.every.total_seconds() / 3600:.0f} h" if source.every else "–"
    after = ", ".join(f"`{name}`" for name in source.after) or "–"
    return f"| `{source.name}` | {source.title} | {every} | {after} |"


class Command(BaseCommand):
    help = "Writes the table of sources in docs/mirror.md from what is registered. For developers: `make sources`."

    def handle(self, *args: Any, **options: Any) -> None:
        TARGET.write_text(written(TARGET.read_text()))
