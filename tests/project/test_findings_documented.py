"""docs/findings.md has the rules of all sources."""

from __future__ import annotations

from findings.management.commands.document_findings import TARGET, written


def test_the_page_of_findings_has_the_rules_of_all_sources() -> None:
    page = TARGET.read_text()
    assert page == written(page), "Run `make findings`."
