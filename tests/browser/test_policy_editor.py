"""The editor of policy documents by keyboard: what it offers, explains and finds while somebody types."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.pages import ACCOUNT_ID, address
from tests.services.rows import make_policy, make_role
from tests.services.statements import reports_policy

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageOf = Callable[[Operator], Page]
LIST, CHOSEN = ".cm-tooltip-autocomplete", '[role="option"][aria-selected="true"]'


def open_editor(page: Page, url: str, text: str) -> None:
    """With the text in it, and the caret at its beginning."""
    page.goto(url)
    page.locator(".cm-content").focus()  # without the pointer, which would open tooltips of its own
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Control+Home")


def written(page: Page) -> str:
    return page.locator("#id_document").input_value()


def take(page: Page, typed: str, label: str, key: str = "Enter") -> None:
    """Types, waits until the offer is the chosen one, and takes it."""
    page.keyboard.type(typed)
    expect(page.locator(f"{LIST} {CHOSEN}")).to_contain_text(label)
    page.keyboard.press(key)


@pytest.fixture
def edit_url(aws_account: AwsAccount) -> str:
    return address("policy_action", aws_id=make_policy(aws_account).aws_id, action="edit")


def test_a_policy_is_written_by_keyboard(edit_url: str, erin: Operator, page_of: PageOf) -> None:
    """From nothing: elements, actions, an operator, a key and its value, all from what is offered."""
    page = page_of(erin)
    open_editor(page, edit_url, " ")
    page.keyboard.press("Control+Space")
    take(page, "", "A policy document")
    take(page, "Act", "Action")
    take(page, "s3:PutObj", "s3:PutObject")
    expect(page.locator("#id_document")).to_have_js_property("value", written(page))
    page.keyboard.type(",\n")
    take(page, '"getObjectAc', "s3:GetObjectAcl", "Tab")  # the service is found by the action
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.type(",\n")
    take(page, "Cond", "Condition")
    take(page, "Bool", "Bool")
    take(page, "securetr", "aws:SecureTransport")
    take(page, "", "true")
    statement = json.loads(written(page))["Statement"][0]
    assert statement["Action"] == ["s3:PutObject", "s3:GetObjectAcl"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "true"}}
    expect(page.locator(".cm-content")).to_be_focused()
    page.keyboard.press("Control+z")  # an offer is one step
    assert json.loads(written(page))["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": ""}}


def test_the_list_of_offers_is_a_listbox(edit_url: str, erin: Operator, page_of: PageOf) -> None:
    """Focus stays in the editor, which says the offer that is chosen; Esc closes, and then Tab leaves."""
    page = page_of(erin)
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        open_editor(page, edit_url, '{"Statement": {"Action": ""}}')
        for _ in range(26):
            page.keyboard.press("ArrowRight")
        page.keyboard.type("s3:PutObj")
        editor, chosen = page.locator(".cm-content"), page.locator(f"{LIST} {CHOSEN}")
        expect(chosen).to_contain_text("s3:PutObject")
        expect(chosen).to_contain_text("Write")
        expect(page.get_by_role("option", name="s3:PutObjectAcl Permissions").locator(".level-high")).to_be_visible()
        expect(page.locator(LIST)).to_contain_text("Add an object to a bucket. On: accesspointobject, object.")
        expect(editor).to_be_focused()
        expect(editor).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
        page.keyboard.press("ArrowDown")
        expect(editor).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
        expect(chosen).to_contain_text("s3:PutObjectAcl")
        assert not scrolls_sideways(page, width)
        assert axe_violations(page) == []
        page.keyboard.press("Escape")
        expect(page.locator(LIST)).to_have_count(0)
        page.keyboard.press("Tab")
        expect(editor).not_to_be_focused()
        assert "PutObj" in written(page)


def test_what_the_mirror_holds_is_offered(
    aws_account: AwsAccount, edit_url: str, erin: Operator, page_of: PageOf
) -> None:
    """A role that may be passed, and a principal of a trust policy."""
    role = make_role(aws_account)
    page = page_of(erin)
    open_editor(page, edit_url, '{"Statement": {"Action": "iam:PassRole", "Resource": ""}}')
    page.keyboard.press("End")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Control+Space")
    take(page, "", role.arn)
    assert json.loads(written(page))["Statement"]["Resource"] == role.arn
    trust = address("role_action", aws_id=role.aws_id, action="trust")
    open_editor(page, trust, '{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", }}')
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    take(page, "Pri", "Principal")
    take(page, "AW", "AWS")
    take(page, "", f"arn:aws:iam::{ACCOUNT_ID}:root")
    assert json.loads(written(page))["Statement"]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}


def test_a_word_that_is_being_written_is_no_finding(edit_url: str, erin: Operator, page_of: PageOf) -> None:
    page = page_of(erin)
    open_editor(page, edit_url, reports_policy("s3:GetObject", ""))
    findings, marks = page.locator("#findings"), page.locator(".cm-lintRange-error")
    expect(marks).to_have_count(1)
    for _ in range(7):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("s3:PutObjct")
    page.keyboard.press("Escape")
    expect(findings).to_contain_text("None, but for the word that you are writing.")
    expect(marks).to_have_count(0)
    page.keyboard.press("ArrowUp")
    expect(findings).to_contain_text("Did you mean PutObject?")
    expect(marks).to_have_count(1)


# CodeMirror empties the element a fifth of a second after it has announced something there: what it had is noted.
NOTE_ANNOUNCED = """element => {
  window.announced = [];
  const note = () => window.announced.push(element.textContent);
  new MutationObserver(note).observe(element, { childList: true });
}"""


def to_line(page: Page, line: int) -> None:
    page.keyboard.press("Control+Home")
    for _ in range(line - 1):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")


def test_a_word_is_explained_by_keyboard(
    aws_account: AwsAccount, edit_url: str, erin: Operator, page_of: PageOf
) -> None:
    role = make_role(aws_account)
    page = page_of(erin)
    open_editor(page, edit_url, reports_policy("iam:PassRole").replace("arn:aws:s3:::acme-reports/*", role.arn))
    explained = page.locator(".explained")
    page.locator(".cm-announced").evaluate(NOTE_ANNOUNCED)
    to_line(page, 7)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("F1")
    expect(explained).to_contain_text("Write")
    expect(explained).to_contain_text("On: role.")
    expect(explained).to_contain_text("iam:PassedToService")
    announced = page.evaluate("window.announced")  # before the tooltip was shown
    assert any(words.startswith("iam:PassRole. Write. ") for words in announced)
    page.keyboard.press("Escape")
    expect(explained).to_have_count(0)
    to_line(page, 9)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("F1")
    expect(explained).to_contain_text(f"The mirror holds it. AWS account {ACCOUNT_ID} is Acme.")
    assert axe_violations(page) == []
    page.keyboard.press("Tab")
    expect(explained.get_by_role("link")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address('role', aws_id=role.aws_id)}")


def test_findings_are_reached_and_fixed_by_keyboard(edit_url: str, erin: Operator, page_of: PageOf) -> None:
    page = page_of(erin)
    text = reports_policy("s3:GetObjct", "s3:PutObject", "s3:LstBucket")
    open_editor(page, edit_url, text)
    findings, editor = page.locator("#findings"), page.locator(".cm-content")
    expect(page.locator(".cm-lintRange-error")).to_have_count(2)
    tooltip = page.locator(".cm-tooltip-lint")
    for key, words in (("F8", "GetObject"), ("F8", "ListBucket"), ("Shift+F8", "GetObject")):
        page.keyboard.press(key)
        expect(tooltip).to_contain_text(f"Did you mean {words}?")
    page.keyboard.press("Alt+.")
    expect(findings.get_by_role("status")).to_contain_text('Fixed: Write "s3:GetObject".')
    expect(editor).to_be_focused()
    expect(page.locator("#id_document")).to_have_value(
        text.replace("GetObjct", "GetObject")
    )  # a moment after it is said
    page.keyboard.press("Control+z")
    expect(page.locator("#id_document")).to_have_value(text)
    findings.get_by_role("link", name="Line 9").press("Enter")
    expect(editor).to_be_focused()
    page.keyboard.type("_")
    assert written(page).splitlines()[8].strip() == '_"s3:LstBucket"'
    to_line(page, 1)
    page.keyboard.press("Alt+.")
    expect(page.locator("[data-editor-said]")).to_have_text("No finding at the caret has a fix.")


def test_a_text_is_laid_out_and_the_keys_are_listed(edit_url: str, erin: Operator, page_of: PageOf) -> None:
    page = page_of(erin)
    squeezed = '{"Statement":{"Effect":"Allow","Effect":"Deny","Action":"s3:GetObject"}}'
    open_editor(page, edit_url, squeezed)
    said = page.locator("[data-editor-said]")
    page.get_by_role("button", name="Format").click()
    expect(said).to_have_text("Formatted.")
    assert written(page) == (
        '{\n  "Statement": {\n    "Effect": "Allow",\n    "Effect": "Deny",\n    "Action": "s3:GetObject"\n  }\n}'
    )
    page.get_by_role("button", name="Undo").click()
    assert written(page) == squeezed
    open_editor(page, edit_url, '{\n  "Statement": [,]\n}')
    page.keyboard.press("Shift+Alt+F")
    expect(said).to_have_text("Not formatted: the text isn’t valid JSON. Line 2, column 17.")
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.get_by_role("button", name="Keys").press("Enter")
        keys = page.get_by_role("dialog", name="Keys of the editor")
        expect(keys).to_be_focused()
        expect(keys).to_contain_text("Next, previous finding")
        assert not scrolls_sideways(page, width)
        assert axe_violations(page) == []
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Keys")).to_be_focused()


PASTE = """text => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const pasted = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  document.querySelector(".cm-content").dispatchEvent(pasted);
}"""


def test_whatever_is_pasted_the_editor_goes_on(edit_url: str, erin: Operator, page_of: PageOf) -> None:
    """As long as AWS takes any, and longer; nested deeply, with a BOM, and no JSON at all."""
    page = page_of(erin)
    page.route("**/documents/check/**", lambda route: route.fulfill(status=204))
    open_editor(page, edit_url, "")
    long = reports_policy(*(f"s3:Get{number:03}{'x' * 40}" for number in range(2_200)), "s3:PutObj")
    assert len(long) > 131_000
    page.evaluate(PASTE, long)
    page.keyboard.press("Control+End")
    for _ in range(5):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    take(page, "ectAc", "s3:PutObjectAcl")
    assert '"s3:PutObjectAcl"' in written(page)
    for text in ("\ufeff{}", '{"a":' * 500, "x" * 300_000, '{"Statement": "\\'):
        page.keyboard.press("Control+a")
        page.evaluate(PASTE, text)
        page.keyboard.press("Control+Space")
        page.keyboard.press("F1")
        page.keyboard.type("#")
        assert written(page).startswith(f"{text}#")
