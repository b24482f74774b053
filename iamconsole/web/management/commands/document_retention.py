"""Writes the table of docs/retention.md from what is in force: `make retention`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from iamconsole.env import BASE_DIR
from iamconsole.retention import table

TARGET = BASE_DIR / "docs" / "retention.md"
BEGIN, END = "<!-- Written by `make retention`: -->\n", "<!-- End of what is written. -->\n"


def written(page: str) -> str:
    """The page, with the table as the limits are."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


class Command(BaseCommand):
    help = "Writes the table of docs/retention.md from what is in force. For developers: `make retention`."

    def handle(self, *args: Any, **options: Any) -> None:
        TARGET.write_text(written(TARGET.read_text()))
