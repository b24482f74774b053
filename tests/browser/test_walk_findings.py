"""The inbox as somebody works with it: groups, picks, a mute, by keyboard; on narrow screens, and by axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from findings.models import Finding
from tests.findings.test_inbox_pages import find, url_of
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PageOf = Callable[..., Page]


@pytest.fixture
def found(aws_account: AwsAccount) -> list[Finding]:
    return [
        find(aws_account, "root user", "credentials.root_key", "critical", kind="iam.root"),
        *(find(aws_account, name) for name in ("dana", "kim")),
    ]


def test_several_are_muted_by_keyboard(
    aws_account: AwsAccount, found: list[Finding], alice: Operator, page_of: PageOf
) -> None:
    page = page_of(alice)
    page.goto(url_of(aws_account))
    expect(page.get_by_role("button", name="Mute…", exact=True)).to_be_hidden()
    for name in ("dana", "kim"):
        page.get_by_role("checkbox", name=f"Select {name}").press("Space")
    expect(page.get_by_text("2 findings selected")).to_be_visible()
    page.get_by_role("button", name="Mute…", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Mute 2 findings")).to_be_visible()
    page.get_by_label("Reason").fill("They get devices next week.")
    page.get_by_role("button", name="Mute").press("Enter")
    expect(page.get_by_text("2 findings are muted.")).to_be_visible()
    expect(page.get_by_text("1 finding needs a decision: 1 critical.")).to_be_visible()
    page.get_by_role("link", name="Muted").press("Enter")
    expect(page.get_by_text("They get devices next week.").first).to_be_visible()
    page.get_by_role("link", name="Owner", exact=True).press("Enter")
    expect(page.locator("#list-rows").get_by_text("No owner", exact=True)).to_be_visible()


def test_pages_fit_and_are_accessible(
    aws_account: AwsAccount, found: list[Finding], alice: Operator, page_of: PageOf
) -> None:
    page = page_of(alice)
    urls = [
        url_of(aws_account),
        "/all/findings/?sort=object",
        url_of(aws_account, "finding", pk=found[0].pk),
        url_of(aws_account, "finding_rule", rule_id="credentials.no_mfa"),
        url_of(aws_account, "findings_cis"),
    ]
    for width, theme in (*LOOKS, (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for url in urls:
            page.goto(url)
            assert not scrolls_sideways(page, width), url
            assert axe_violations(page) == [], url
