"""The table of sources in docs/mirror.md is what the code registers."""

from __future__ import annotations

import re
from pathlib import Path

from sync.mirror import Source, sources

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mirror.md"
ROW = re.compile(r"^\| `([\w.]+)` \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def _row(source: Source) -> tuple[str, str, str, str]:
    every = f"{source.every.total_seconds() / 3600:.0f} h" if source.every else "–"
    return source.name, source.title, every, ", ".join(f"`{name}`" for name in source.after) or "–"


def test_the_table_of_sources_is_true() -> None:
    assert sorted(ROW.findall(PAGE.read_text())) == sorted(_row(source) for source in sources.values())
