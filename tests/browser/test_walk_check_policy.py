"""A document is pasted and checked: its type, what it means here, another type, and a new policy made of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from accounts.models import Operator
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.pages import address
from tests.services.statements import allow, allowing, document

PageOf = Callable[..., Page]
BUCKET = document(allow("s3:GetObject", "arn:aws:s3:::acme-reports/*", Principal="*"))


def test_a_pasted_document_is_checked(iam: Any, erin: Operator, page_of: PageOf) -> None:
    page = page_of(erin)
    page.goto(address("check_policy"))
    editor = page.get_by_role("textbox", name="Document as JSON")
    editor.focus()
    page.keyboard.insert_text(json.dumps(BUCKET, indent=2))
    expect(page.get_by_role("heading", name="Checked as: resource-based policy")).to_be_visible()
    expect(page.get_by_text("Anyone, also without AWS credentials")).to_be_visible()
    page.get_by_label("Type").select_option("identity")
    page.get_by_role("button", name="Check", exact=True).click()
    page.get_by_role("button", name="Check it as: resource-based policy").click()
    expect(page.get_by_text("Anyone, also without AWS credentials")).to_be_visible()
    expect(page.get_by_label("Type")).to_have_value("resource")


def test_the_page_fits(iam: Any, erin: Operator, page_of: PageOf) -> None:
    page = page_of(erin)
    for width, theme in (*LOOKS, (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.goto(address("check_policy"))
        page.get_by_role("textbox", name="Document as JSON").focus()
        page.keyboard.insert_text(json.dumps(BUCKET))
        expect(page.get_by_text("Anyone, also without AWS credentials")).to_be_visible()
        assert not scrolls_sideways(page, width)
        assert axe_violations(page) == []


def test_it_becomes_a_new_policy(iam: Any, erin: Operator, page_of: PageOf) -> None:
    page = page_of(erin)
    page.goto(address("check_policy"))
    page.get_by_role("textbox", name="Document as JSON").focus()
    page.keyboard.insert_text(allowing("s3:GetObject", "arn:aws:s3:::acme-reports/*"))
    expect(page.get_by_role("heading", name="Checked as: identity-based policy")).to_be_visible()
    page.get_by_role("button", name="As a new policy").click()
    expect(page.get_by_role("textbox", name="Policy as JSON")).to_contain_text("s3:GetObject")
