"""docs/cognito.md lists the settings of pools as their entries have them."""

from __future__ import annotations

from cognito.management.commands.document_settings import TARGET, written
from cognito.pools.settings import CLIENT_GROUPS, OTHER_GROUPS, POOL_GROUPS


def test_the_table_of_settings_is_not_stale() -> None:
    page = TARGET.read_text()
    assert page == written(page), "Run `make pool-settings`, and look at what it changes."


def test_every_setting_of_a_form_stands_in_it() -> None:
    page = TARGET.read_text()
    asked = [each for group in (*POOL_GROUPS, *CLIENT_GROUPS, *OTHER_GROUPS) for each in group.asked]
    assert [each.path for each in asked if f"| {each.label} | `{each.path}` |" not in page] == []
