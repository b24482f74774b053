"""Drafts in the browser: what is typed outlasts a closed browser, a lost connection and a lapsed session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import AwsAccount, Operator
from policies.models import EditorDraft
from sync.models import Change
from tests.browser.test_walk_editor import write
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.pages import address
from tests.services.rows import make_policy
from tests.services.statements import reports_policy

PageOf = Callable[[Operator], Page]
READ, WRITE, LIST = (reports_policy(f"s3:{name}") for name in ("GetObject", "PutObject", "ListBucket"))


@pytest.fixture
def url(aws_account: AwsAccount) -> str:
    return address("policy_action", aws_id=make_policy(aws_account).aws_id, action="edit")


@pytest.fixture
def sign_in(context: BrowserContext, client_of: Callable[..., Any], live_server: Any) -> Callable[[Operator], None]:
    def as_operator(operator: Operator) -> None:
        session = client_of(operator).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    return as_operator


def look_again(page: Page) -> None:
    page.evaluate("window.dispatchEvent(new Event('focus'))")


def test_the_browser_is_closed_and_the_draft_found(
    url: str, erin: Operator, alice: Operator, page_of: PageOf, browser: Browser, client_of: Callable[..., Any]
) -> None:
    page = page_of(erin)
    page.goto(url)
    write(page, READ)
    page.get_by_label("What it does").fill("Read the reports")
    expect(page.get_by_text("Draft, saved just now")).to_be_visible()
    page.close()
    elsewhere = browser.new_context(base_url=page.url.removesuffix(url), viewport={"width": 1440, "height": 900})
    session = client_of(erin).cookies["sessionid"].value
    elsewhere.add_cookies([{"name": "sessionid", "value": session, "url": page.url.removesuffix(url)}])
    again = elsewhere.new_page()
    again.goto(url)
    expect(again.get_by_role("textbox", name="Policy as JSON")).to_contain_text("s3:GetObject")
    expect(again.get_by_label("What it does")).to_have_value("Read the reports")
    write(again, WRITE)
    again.get_by_role("link", name="Back").click()  # within the two seconds, and without a question
    again.wait_for_url("**/policies/*/")
    again.goto(url)
    expect(again.get_by_role("textbox", name="Policy as JSON")).to_contain_text("s3:PutObject")
    again.get_by_role("link", name="Discard…").click()
    again.get_by_role("button", name="Discard this text").click()
    expect(again.get_by_text("The draft is discarded: Edit reports-write.")).to_be_visible()
    assert axe_violations(again) == []
    assert not EditorDraft.objects.exists()
    elsewhere.close()


def test_a_lost_connection_loses_nothing(
    url: str, erin: Operator, context: BrowserContext, sign_in: Callable[[Operator], None]
) -> None:
    sign_in(erin)
    page = context.new_page()
    page.goto(url)
    context.set_offline(True)
    write(page, READ)
    expect(page.get_by_text("Not saved for")).to_contain_text("no connection")
    page.get_by_role("button", name="Stage the change").click()
    expect(page.get_by_role("textbox", name="Policy as JSON")).to_contain_text("s3:GetObject")
    assert not EditorDraft.objects.exists()
    context.set_offline(False)
    expect(page.get_by_text("Draft, saved just now")).to_be_visible()
    assert EditorDraft.objects.get().text == READ


def test_a_lapsed_session_loses_nothing_and_gives_nobody_else_the_text(
    url: str, erin: Operator, alice: Operator, context: BrowserContext, sign_in: Callable[[Operator], None]
) -> None:
    sign_in(erin)
    page = context.new_page()
    page.goto(url)
    context.clear_cookies()
    write(page, READ)
    expect(page.get_by_text("Not saved for")).to_contain_text("your session has ended")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_role("button", name="Stage the change").click()
    expect(page.get_by_role("textbox", name="Policy as JSON")).to_contain_text("s3:GetObject")
    sign_in(alice)
    look_again(page)
    expect(page.get_by_text("Not saved for")).to_contain_text("another operator is signed in")
    assert not EditorDraft.objects.exists()
    sign_in(erin)
    look_again(page)
    expect(page.get_by_text("Draft, saved just now")).to_be_visible()
    assert EditorDraft.objects.get(operator=erin).text == READ
    page.get_by_role("button", name="Stage the change").click()
    page.wait_for_url("**/changes/*/")
    assert Change.objects.count() == 1
    assert not EditorDraft.objects.exists()


def test_of_two_tabs_one_text_is_chosen(url: str, erin: Operator, context: BrowserContext, page_of: PageOf) -> None:
    older = page_of(erin)
    older.goto(url)
    newer = context.new_page()
    newer.goto(url)
    write(newer, WRITE)
    expect(newer.get_by_text("Draft, saved just now")).to_be_visible()
    write(older, READ)
    choose = older.get_by_role("link", name="Kept beside a newer text of yours: choose one")
    expect(choose).to_be_visible()
    choose.click()
    for width, theme in LOOKS:
        older.set_viewport_size({"width": width, "height": 900})
        older.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        assert not scrolls_sideways(older, width)
    assert axe_violations(older) == []
    older.get_by_role("button", name="Keep this text instead").click()
    expect(older.get_by_role("textbox", name="Policy as JSON")).to_contain_text("s3:GetObject")
    assert EditorDraft.objects.get().text == READ


def test_a_text_too_long_stays_in_the_page(
    url: str, erin: Operator, context: BrowserContext, sign_in: Callable[[Operator], None]
) -> None:
    sign_in(erin)
    page = context.new_page()
    page.goto(url)
    write(page, "x" * 1_000_000)
    expect(page.get_by_text("Not saved for")).to_contain_text("no more than 262,144 are kept")
    assert len(page.locator("#id_document").input_value()) == 1_000_000
    assert not EditorDraft.objects.exists()
