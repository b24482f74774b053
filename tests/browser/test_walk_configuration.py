"""An owner takes the configuration out as a file, changes it, sees what that would do, and imports it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from tests.configuration.conftest import filled as filled  # the fixture
from tests.configuration.test_import import edited, grant
from tests.services.browser import looked_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_export_change_import(
    page_of: Callable[[Operator], Page], filled: AwsAccount, olga: Operator, tmp_path: Path
) -> None:
    page = page_of(olga)
    page.goto("/operators/")
    page.get_by_role("link", name="as one file").click()
    looked_at(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=True).click()
    file = tmp_path / "iam-console.yaml"
    file.write_bytes(
        edited(
            Path(download.value.path()).read_text(),
            lambda said: said["grants"].append(grant("bob@example.org", "editor")),
            lambda said: said["ownership_rules"][0]["rules"].pop(),
            lambda said: said["notification_routes"].clear(),
        )
    )
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Show the differences").click()
    expect(page.get_by_role("row", name="bob@example.org: Editor of all AWS accounts")).to_be_visible()
    looked_at(page)
    page.get_by_role("button", name="Import 3 differences").click()
    expect(page.get_by_text("The file is imported: 1 added, 1 changed, 1 removed.")).to_be_visible()
