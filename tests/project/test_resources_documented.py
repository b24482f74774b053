"""The table of kinds of resources in docs/estate.md is what the code has."""

from __future__ import annotations

from resources.management.commands.document_resources import TARGET, written


def test_the_table_of_kinds_is_not_stale() -> None:
    page = TARGET.read_text()
    assert page == written(page), "Run `make resources`, and look at what it changes."
