"""What a draft changes of access, said while one types in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from tests.access.mirrored import managed, user
from tests.services.browser import axe_violations, scrolls_sideways
from tests.services.organization_rows import complete
from tests.services.pages import address
from tests.services.rows import attach, join, make_group
from tests.services.statements import allow, document_text

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LAKE = "arn:aws:s3:::acme-lake/*"


def test_says_what_is_typed_changes(
    aws_account: AwsAccount, erin: Operator, page_of: Callable[[Operator], Page]
) -> None:
    complete(aws_account, "org.membership")
    policy, group = managed(aws_account, "lake", [allow("s3:GetObject", LAKE)]), make_group(aws_account)
    attach(group, policy)
    for name in ("anna", "ben", "carl", "dana", "eve"):
        join(user(aws_account, name), group)
    page = page_of(erin)
    page.goto(address("policy_action", aws_id=policy.aws_id, action="edit"))
    block = page.locator("#said-access")
    expect(block.get_by_role("status")).to_have_text("Nothing: it says what is in force.")
    editor = page.locator(".cm-content")
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    editor.fill(document_text(allow("s3:DeleteObject", LAKE, Condition=mfa), allow("iam:AttachUserPolicy", "*")))
    said = block.get_by_role("status")
    expect(said).to_contain_text("Adds")
    expect(said).to_contain_text("for anna, ben, carl and 2 more.")
    expect(block.get_by_text("New privilege escalation path")).to_be_visible()
    block.locator("summary").first.click()
    expect(block.get_by_role("link", name="eve")).to_be_visible()
    assert axe_violations(page) == []
    editor.fill("{")
    expect(block.get_by_text("the last that was a document")).to_be_visible()
    expect(said).to_contain_text("Adds")
    editor.fill(document_text(allow("s3:DeleteObject", LAKE, Condition=mfa), allow("iam:AttachUserPolicy", "*")))
    expect(block.get_by_text("the last that was a document")).to_be_hidden()
    for width, theme in ((1440, "light"), (390, "dark"), (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
        assert not scrolls_sideways(page, width)
