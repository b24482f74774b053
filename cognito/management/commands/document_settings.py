"""Writes the table of settings in docs/cognito.md from their entries: `make pool-settings`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from cognito.identity_pools.settings import POOL_SETTINGS
from cognito.pools.settings import CLIENT_GROUPS, OTHER_GROUPS, POOL_GROUPS
from cognito.setting import Setting, SettingsGroup

TARGET = Path(__file__).resolve().parents[3] / "docs" / "cognito.md"
BEGIN, END = "<!-- Written by `make pool-settings`: -->\n", "<!-- End of what is written. -->\n"

_OF = {
    "User pool": POOL_GROUPS,
    "App client": CLIENT_GROUPS,
    "In a user pool": OTHER_GROUPS,
    "Identity pool": (POOL_SETTINGS,),
}


def written(page: str) -> str:
    """The page, with the table as it is by the entries."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}\n{END}{after}"


def table() -> str:
    rows = [row for of, groups in _OF.items() for group in groups for row in _rows(of, group)]
    return "\n".join(["| of | form | setting | at AWS | left out |", "|---|---|---|---|---|", *rows])


def _rows(of: str, group: SettingsGroup) -> Iterator[str]:
    for entry in group.asked:
        cells = (of, group.title.rstrip("…"), entry.label, f"`{entry.path}`", _left_out(entry))
        yield f"| {' | '.join(cells)} |"


def _left_out(entry: Setting) -> str:
    return entry.default_words().replace("|", "/") or "–"


class Command(BaseCommand):
    help = "Writes the table of settings in docs/cognito.md from their entries. For developers: `make pool-settings`."

    def handle(self, *args: Any, **options: Any) -> None:
        TARGET.write_text(written(TARGET.read_text()))
