"""Importing a file, and the rules of who looks after what, in a real browser."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from sync import pull
from sync.models import OwnershipRule, Run
from tests.conftest import ACCOUNT_ID, make_operator
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.pages import address
from tests.services.rows import make_role
from tests.sync.snapshots import organisation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageOf = Callable[[Operator], Page]
WRITTEN = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def complaints(page: Page, width: int) -> list[str]:
    sideways = scrolls_sideways(page, width)
    return axe_violations(page) + (["scrolls sideways"] if sideways else [])


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_imports_a_file_with_its_own_time(
    db: None, page_of: PageOf, tmp_path: Path, settings: Any, width: int, theme: str
) -> None:
    settings.IMPORT_DIR = tmp_path / "imports"
    file = tmp_path / "details.json"
    file.write_text(json.dumps(organisation()))
    os.utime(file, (WRITTEN.timestamp(),) * 2)
    page = page_of(make_operator("olga", Role.OWNER, None))
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.goto("/import/")
    assert complaints(page, width) == []
    page.get_by_label("AWS account id").fill(ACCOUNT_ID)
    page.get_by_label("Name", exact=True).fill("Audited")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_label("When the AWS CLI printed it")).to_have_value("2026-01-02T03:04")
    page.get_by_role("button", name="Import").click()
    expect(page).to_have_url(re.compile("/pulls/"))
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    run = Run.objects.get()
    assert run.taken_at == WRITTEN
    assert pull.finish(run.pk, progress=lambda run: None)
    expect(page.get_by_text("Complete", exact=True)).to_be_visible()  # without a reload
    assert complaints(page, width) == []


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_makes_rules_after_a_look_at_what_they_do(
    aws_account: AwsAccount, alice: Operator, page_of: PageOf, width: int, theme: str
) -> None:
    make_role(aws_account, "vendor-billing")
    page = page_of(alice)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.goto(address("ownership"))
    first = page.get_by_role("group", name="New rule").first
    first.get_by_label("Pattern").fill("vendor-*")
    first.get_by_label("Ownership").select_option("Ignored")
    page.get_by_role("button", name="Show what this does").click()
    expect(page.get_by_text("This hides 1 IAM role.")).to_be_visible()
    assert complaints(page, width) == []
    page.get_by_role("button", name="Save the rules").click()
    expect(page.get_by_text("The rules are changed.")).to_be_visible()
    assert OwnershipRule.objects.get().pattern == "vendor-*"
    page.goto(address("roles"))
    page.get_by_role("link", name="1 ignored is hidden").click()
    expect(page.get_by_role("link", name="vendor-billing")).to_be_visible()
