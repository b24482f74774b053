"""Simulate in a real browser: asking, a key by a click, cells by keyboard, and a draft that is supposed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from access.simulation.question import AsIf, SimulationQuestion, Supposition
from accounts.models import AwsAccount, Operator
from tests.access.mirrored import arn, managed, role, user
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.organization_rows import complete
from tests.services.rows import attach, join, make_group, make_user
from tests.services.statements import allow, deny, document_text

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PageOf = Callable[[Operator], Page]
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def _estate(aws_account: AwsAccount) -> None:
    complete(aws_account, "org.membership")
    staff = make_group(aws_account, "staff")
    attach(staff, managed(aws_account, "makers", [allow(["iam:CreateUser", "iam:GetUser"], Sid="Make")]))
    for name in ("dana", "eve"):
        join(make_user(aws_account, name), staff)
    role(aws_account, "deploy", allow("iam:*", Condition=MFA), trusts=arn("user/dana"))
    user(aws_account, "bo", deny("iam:DeleteUser"))


def test_a_question_is_asked_and_read_by_keyboard(aws_account: AwsAccount, alice: Operator, page_of: PageOf) -> None:
    _estate(aws_account)
    page = page_of(alice)
    page.goto(f"/aws/{aws_account.account_id}/simulate/")
    page.get_by_label("Principals").fill("group/staff\ndeploy")
    page.get_by_label("Actions").fill("iam:CreateUser\niam:GetUser")
    page.get_by_label("Resources").fill(arn("user/new"))
    page.get_by_role("button", name="Show the answers").first.press("Enter")
    expect(page.get_by_role("heading", name="6 answers")).to_be_visible()
    cells = page.locator("button.cell")
    expect(cells).to_have_text(["Allowed"] * 4 + ["Unknown, depends on aws:MultiFactorAuthPresent"] * 2)
    cells.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator(r"#c-1\.1")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator(r"#c-1\.1")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#why")).to_be_focused()
    expect(page.locator(".open-row")).to_contain_text("Allowed by statement Make of makers.")
    expect(page.locator(".open-row .here").first).to_contain_text('"Effect": "Allow"')
    page.keyboard.press("Escape")
    expect(page.locator(r"#c-1\.1")).to_be_focused()
    expect(page.locator(".open-row")).to_have_count(0)
    page.get_by_role("button", name="Add aws:MultiFactorAuthPresent").click()
    page.get_by_text("Yes", exact=True).click()
    page.get_by_role("button", name="Show the answers").last.click()
    expect(cells).to_have_text(["Allowed"] * 6)
    page.get_by_role("button", name="deploy : remove it").click()
    expect(cells).to_have_count(4)


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_a_draft_is_supposed_and_every_state_fits(
    aws_account: AwsAccount, alice: Operator, page_of: PageOf, width: int, theme: str
) -> None:
    _estate(aws_account)
    actions, resources = ("iam:CreateUser", "iam:Nothing"), (arn("user/new"), arn("user/*"))
    draft = document_text(allow("iam:CreateUser", Sid="Make", Condition=MFA))
    question = SimulationQuestion(
        ("group/staff", "deploy", "nobody"), actions, resources, supposed=Supposition(AsIf.MANAGED, "makers", "", draft)
    )
    page = page_of(alice)
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    found: list[str] = []
    for query in ("", f"?{question.query()}&cell=0.0", f"?{question.query()}&differs=1"):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"/aws/{aws_account.account_id}/simulate/{query}")
        found += axe_violations(page)
        for narrow in (width, 320):
            page.set_viewport_size({"width": narrow, "height": 900})
            if scrolls_sideways(page, narrow):
                found.append(f"{query}: scrolls sideways at {narrow}")
    assert found == []
    expect(page.locator(".cell-new").first).to_contain_text("Unknown")
    expect(page.locator(".cell-new").first).to_contain_text("was allowed")
