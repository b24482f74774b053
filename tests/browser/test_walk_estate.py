"""From the overview of all AWS accounts to a list over all and its file; and so for who may see one of four."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AccountLabel, AwsAccount, LabelledAwsAccount, Operator
from accounts.roles import SEE_IAM
from sync.safeguards import labels
from tests.estate.conftest import Estate, drift_of, find
from tests.estate.conftest import estate as estate  # the fixture
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def exported_accounts(page: Page) -> set[str]:
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    text = Path(download.value.path()).read_text()
    return {row["account_id"] for row in csv.DictReader(text.splitlines())}


def test_home_list_and_file(estate: Estate, olga: Operator, page_of: Callable[[Operator], Page]) -> None:
    label = AccountLabel.objects.create(name="Payments")
    LabelledAwsAccount.objects.create(label=label, aws_account=estate.seen)
    for number, aws_account in enumerate(estate.accounts):
        find(aws_account, f"dana-{number}")
        drift_of(aws_account, f"tom-{number}")
    page = page_of(olga)
    page.goto("/")
    expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
    page.get_by_role("link", name=re.compile("^Review 4")).first.click()
    expect(page.get_by_role("row")).to_have_count(6)  # with the head of the table, and that of the rule
    page.get_by_role("link", name="Users", exact=True).click()
    expect(page.locator("#list-count")).to_have_text("4 users.")
    assert exported_accounts(page) == {each.account_id for each in estate.accounts}
    page.get_by_role("button", name="Filter").click()
    page.get_by_label("Label").select_option("Payments")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("button", name="Switch AWS account").click()
    page.get_by_role("link", name="All 4 AWS accounts").click()
    expect(page.locator("#accounts")).to_be_visible()
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.reload()
        assert not scrolls_sideways(page, width)
        assert axe_violations(page) == []


def test_charlie_with_one_of_four_sees_that_one(estate: Estate, page_of: Callable[[Operator], Page]) -> None:
    page = page_of(estate.charlie)
    page.goto("/all/")
    expect(page.locator("#accounts tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Users", exact=True).click()
    expect(page.locator("#list-count")).to_have_text("1 user.")
    assert exported_accounts(page) == {estate.seen.account_id}
    for other in (each for each in estate.accounts if each != estate.seen):
        assert other.account_id not in page.content()


def test_a_grant_by_label_and_who_comes_later(
    estate: Estate, olga: Operator, page_of: Callable[[Operator], Page]
) -> None:
    label = AccountLabel.objects.create(name="Payments")
    LabelledAwsAccount.objects.create(label=label, aws_account=estate.accounts[2])
    page = page_of(olga)
    page.goto("/accounts/")
    page.get_by_role("link", name="Grants by label and unit").click()
    page.get_by_label("Operator or group").fill(estate.charlie.email)
    page.get_by_label("Role", exact=True).select_option("Viewer")
    page.get_by_label("Label or unit").select_option("Payments")
    page.get_by_role("button", name="Grant the role").click()
    expect(page.get_by_text("Charlie has the role on 1 AWS account now.")).to_be_visible()
    labels.add(actor=olga, label=label, aws_accounts=[estate.accounts[3]])
    page.goto("/all/")
    page.get_by_role("link", name=re.compile("^Review 1.*waits for you")).click()
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.reload()
        assert not scrolls_sideways(page, width)
        assert axe_violations(page) == []
    assert sees(estate.charlie) == {estate.seen.name, estate.accounts[2].name}
    page.get_by_role("button", name="Grant the role of").click()
    expect(page.get_by_text("Charlie has the role on")).to_be_visible()
    assert sees(estate.charlie) == {estate.seen.name, estate.accounts[2].name, estate.accounts[3].name}


def sees(operator: Operator) -> set[str]:
    return set(AwsAccount.objects.visible_to(operator, SEE_IAM).values_list("name", flat=True))
