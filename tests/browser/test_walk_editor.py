"""The editor of a policy: its views, and what becomes of a text that is typed."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from tests.services.browser import axe_violations
from tests.services.pages import address
from tests.services.rows import make_policy
from tests.services.statements import reports_policy

PageOf = Callable[[Operator], Page]


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Policy as JSON").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def test_switches_between_views_and_back(aws_account: AwsAccount, erin: Operator, page_of: PageOf) -> None:
    page = page_of(erin)
    page.goto(address("policy_action", aws_id=make_policy(aws_account).aws_id, action="edit"))
    write(page, reports_policy("s3:GetObject"))
    summary = page.get_by_role("button", name="Summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader", name="S3")).to_be_visible()
    expect(summary).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("textbox", name="Policy as JSON")).to_be_hidden()
    assert "view=summary" in page.url
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("It allows and denies nothing")).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_role("button", name="JSON", exact=True).click()
    expect(page.get_by_role("textbox", name="Policy as JSON")).to_contain_text("s3:Action1")
