"""From a template to the plan: parameters, the draft in the editor, and what is staged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from accounts.models import Operator
from policies.models import EditorDraft
from sync.models import Change
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.pages import address

PageOf = Callable[..., Page]


def test_a_template_becomes_a_draft_and_a_plan(iam: Any, erin: Operator, page_of: PageOf) -> None:
    page = page_of(erin)
    page.goto(address("account_action", action="create-policy"))
    page.get_by_role("link", name="Start from…").click()
    page.get_by_role("searchbox", name="Find in template gallery").fill("one queue consume")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Use it Consume one queue").click()
    page.get_by_role("textbox", name="Queue").fill("arn:aws:sqs:eu-west-1:123456789012:orders")
    page.get_by_role("button", name="Show the document").click()
    expect(page.get_by_role("heading", name="Allows")).to_be_visible()
    page.get_by_role("button", name="Use it").click()
    expect(page.get_by_role("textbox", name="Policy as JSON")).to_contain_text("sqs:ReceiveMessage")
    page.get_by_label("Name", exact=True).fill("orders-consumer")
    page.get_by_role("button", name="Stage the change").click()
    page.wait_for_url("**/changes/*/")
    step = Change.objects.get().steps.get()
    assert "arn:aws:sqs:eu-west-1:123456789012:orders" in str(step.params)
    assert not EditorDraft.objects.exists()


def test_the_pages_fit(erin: Operator, page_of: PageOf) -> None:
    new = "?place=account&action=create-policy"
    page = page_of(erin)
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for url in (address("document_start"), address("document_template", template="developer-boundary")):
            page.goto(url + new)
            assert not scrolls_sideways(page, width)
            assert axe_violations(page) == []
