"""The table of sources in docs/mirror.md is what the code registers."""

from __future__ import annotations

from sync.management.commands.document_sources import TARGET, written
from sync.mirror import sources


def test_the_table_of_sources_is_not_stale() -> None:
    page = TARGET.read_text()
    assert page == written(page), "Run `make sources`, and look at what it changes."


def test_every_source_stands_in_it() -> None:
    page = TARGET.read_text()
    assert [name for name in sources if f"| `{name}` |" not in page] == []
