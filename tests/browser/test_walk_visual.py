"""The Visual view of the editor: a statement is built by keyboard, and the JSON follows; what has no fields stays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from sync.models import Change
from tests.browser.test_walk_editor import write
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.pages import address
from tests.services.rows import make_policy

PageOf = Callable[[Operator], Page]
HOLDS = """{ "Sid" : "KeepHolds","Effect": "Deny",
   "NotAction": ["s3:Get*",  "s3:List*"], "Resource": "arn:aws:s3:::acme/${aws:PrincipalTag\\u002fcase}/*",
      "Condition": {"ForAllValues:StringNotEquals": {"aws:TagKeys": ["case"]}} }"""
TEXT = f"""{{
  "Version": "2012-10-17",
  "Statement": [
    {HOLDS}
  ]
}}"""


def open_visual(page: Page, aws_account: AwsAccount) -> None:
    page.goto(address("policy_action", aws_id=make_policy(aws_account).aws_id, action="edit"))
    write(page, TEXT)
    press(page, "Visual")
    expect(page.get_by_label("Name of the statement (Sid)")).to_have_value("KeepHolds")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.focus()
    page.keyboard.press("Enter")


def written(page: Page) -> str:
    return str(page.evaluate("document.getElementById('id_document').value"))


def last_statement(page: Page) -> Any:
    return json.loads(written(page))["Statement"][-1]


def type_and_enter(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).focus()
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")


def test_builds_a_statement_by_keyboard(aws_account: AwsAccount, erin: Operator, page_of: PageOf) -> None:
    page = page_of(erin)
    open_visual(page, aws_account)
    press(page, "Statement")
    expect(page.locator("#statement-1")).to_be_focused()
    type_and_enter(page, "Name of the statement (Sid)", "WriteReports")
    expect(page.get_by_role("heading", name="Statement WriteReports")).to_have_count(1)
    page.get_by_label("Service", exact=True).select_option("s3")
    page.locator("#visual-write summary").focus()
    page.keyboard.press("Enter")
    page.locator("#visual-words").focus()
    page.keyboard.insert_text("PutObject")
    box = page.get_by_label("PutObject", exact=True)
    expect(page.get_by_label("CreateBucket", exact=True)).to_have_count(0)
    box.focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("1 of 57")).to_be_visible()
    expect(box).to_be_focused()
    type_and_enter(page, "Add a resource", "arn:aws:s3:::reports")
    expect(page.get_by_text("No chosen action takes a bucket")).to_be_visible()
    type_and_enter(page, "Add a resource", "arn:aws:s3:::reports/*")
    expect(page.locator(".picked .flag", has_text="object")).to_be_visible()
    press(page, "Remove arn:aws:s3:::reports")
    expect(page.get_by_text("No chosen action takes a bucket")).to_have_count(0)
    expect(page.get_by_label("Add a resource", exact=True)).to_be_focused()
    type_and_enter(page, "Value", "nowhere")
    expect(page.get_by_text("Name the condition key").last).to_be_visible()
    page.get_by_label("Condition key", exact=True).last.focus()
    page.keyboard.insert_text("aws:SourceIp")
    page.keyboard.press("Tab")
    operator = page.get_by_label("How the key is compared")
    expect(operator.locator("option").first).to_have_text("is in the range")
    expect(page.get_by_label("Value", exact=True)).to_have_value("nowhere")
    page.get_by_label("Value", exact=True).fill("198.51.100.0/24")
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Condition on aws:SourceIp")).to_be_visible()
    assert last_statement(page) == {
        "Sid": "WriteReports",
        "Effect": "Allow",
        "Action": ["s3:PutObject"],
        "Resource": ["arn:aws:s3:::reports/*"],
        "Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}},
    }
    assert HOLDS in written(page)
    press(page, "Undo")
    expect(page.get_by_role("group", name="Condition on aws:SourceIp")).to_have_count(0)
    assert "Condition" not in last_statement(page)
    press(page, "JSON")
    expect(page.get_by_role("textbox", name="Policy as JSON")).to_contain_text("WriteReports")
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize(("width", "theme"), [*LOOKS, (320, "light")])
def test_has_no_barriers(aws_account: AwsAccount, erin: Operator, page_of: PageOf, width: int, theme: str) -> None:
    page = page_of(erin)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    open_visual(page, aws_account)
    press(page, "Close")
    expect(page.get_by_role("button", name="Edit statement KeepHolds")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#statement-0")).to_be_focused()
    page.locator("#visual-deny").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("Allows everything but")).to_be_visible()
    expect(page.locator("#visual-allow")).to_be_focused()
    type_and_enter(page, "Add a resource", "no arn")
    expect(page.get_by_text("no arn is no resource").last).to_be_visible()
    expect(page.get_by_label("Add a resource", exact=True)).to_have_value("no arn")
    assert HOLDS.replace('"Deny"', '"Allow"') in written(page)
    page.wait_for_load_state("networkidle")
    assert not scrolls_sideways(page, width)
    assert axe_violations(page) == []


def test_works_without_script(
    aws_account: AwsAccount, erin: Operator, browser: Any, client_of: Callable[..., Any], live_server: Any
) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    session = client_of(erin).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(address("policy_action", aws_id=make_policy(aws_account).aws_id, action="edit") + "?view=visual")
    page.get_by_label("Deny").check(force=True)
    page.get_by_label("Add a resource", exact=True).fill("arn:aws:s3:::more/*")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove arn:aws:s3:::more/*")).to_be_visible()
    page.get_by_role("button", name="Remove arn:aws:s3:::acme-reports/*").click()
    expect(page.get_by_text("Denies s3:Action1 on arn:aws:s3:::more/*.")).to_be_visible()
    page.get_by_role("button", name="JSON", exact=True).click()
    expect(page.locator("#id_document")).to_have_value(re.compile(r"arn:aws:s3:::more/\*"))
    assert not Change.objects.exists()
    context.close()
