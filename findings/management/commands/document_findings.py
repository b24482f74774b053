"""Writes what sources find into docs/findings.md, below what lint looks for: `make findings`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from findings.sources import FindingSource, all_sources

TARGET = Path(__file__).resolve().parents[3] / "docs" / "findings.md"
BEGIN = "<!-- Written by `manage.py document_findings`: -->\n"
LINT = "lint"  # whose rules are the checks of the page before

_HEAD = """## In AWS accounts

After each pull and each change the console looks for these, too, and once an hour. Each finding is about one object,
and goes when it is mended; the pages that list them say how grave each is.

| rule | what | why | what to do |
|---|---|---|---|
"""


def written(page: str) -> str:
    """The page, with the rules that are registered."""
    before, _, _ = page.partition(BEGIN)
    rows = (row for source in all_sources() if source.name != LINT for row in _rows(source))
    return f"{before}{BEGIN}{_HEAD}{chr(10).join(sorted(rows))}\n"


def _rows(source: FindingSource) -> list[str]:
    return [
        f"| `{rule.id}` | {_cell(rule.says)} | {_cell(rule.why)} | {_cell(rule.mend)} |"
        for rule in source.rules.values()
    ]


def _cell(said: str) -> str:
    return said.replace("|", "/")


class Command(BaseCommand):
    help = "Writes what sources find into docs/findings.md. For developers: `make findings`."

    def handle(self, *args: Any, **options: Any) -> None:
        TARGET.write_text(written(TARGET.read_text()))
