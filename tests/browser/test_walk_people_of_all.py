"""In a real browser: people of Identity Center of all AWS accounts, from the sidebar to somebody's page, and a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from directory.models import Instance
from tests.browser.test_walk_changes import Walk
from tests.conftest import make_aws_account
from tests.services.directory_rows import INSTANCE_ARN, DirectoryRows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_the_sidebar_to_somebody_and_a_file(
    aws_account: AwsAccount, alice: Operator, page_of: Callable[[Operator], Page], tmp_path: Path
) -> None:
    other = make_aws_account("222222222222", name="Beta")
    Grant.objects.create(operator=alice, aws_account=other, role=Role.EDITOR)
    DirectoryRows(aws_account).person("dana.okafor")
    DirectoryRows(other).person("priya.shah")
    Instance.objects.filter(aws_account=other).update(arn=INSTANCE_ARN.replace("0123", "9999"))
    walk = Walk(page_of(alice))
    page, file = walk.page, tmp_path / "people.csv"

    page.goto("/all/")
    page.get_by_role("link", name="People", exact=True).click()
    expect(page.locator("#list-count")).to_have_text("2 people.")
    walk.check()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    download.value.save_as(file)
    assert "priya.shah@acme.example" in file.read_text()
    page.goto("/all/people/?account=222222222222")
    expect(page.locator("#list-count")).to_have_text("1 of 2 people matches.")
    page.get_by_role("link", name="Priya Shah").click()
    expect(page.get_by_role("heading", name="Priya Shah", level=1)).to_be_visible()
    walk.check()
