"""Simulate in a real browser: asking, a key by a click, cells by keyboard, and a draft that is supposed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from access.models import AccessTestResult
from access.saved_tests.results import run_and_keep
from access.simulation.question import AsIf, SimulationQuestion, Supposition
from access.simulation.supposing import live_state
from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from identities import operations as ops
from identities.models import IamUser
from policies.models import ManagedPolicy
from sync.safeguards import services
from tests.access.mirrored import arn, managed, role, user
from tests.access.test_saved_tests import saved
from tests.conftest import make_operator
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.changing import propose
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


def test_the_policy_of_a_bucket_is_pasted(aws_account: AwsAccount, alice: Operator, page_of: PageOf) -> None:
    _estate(aws_account)
    page = page_of(alice)
    question = SimulationQuestion(("dana", "eve"), ("s3:GetObject",), ("arn:aws:s3:::box/a",))
    page.goto(f"/aws/{aws_account.account_id}/simulate/?{question.query()}")
    cells = page.locator("button.cell")
    expect(cells.first).to_contain_text("Unknown")
    page.locator("summary", has_text="Policy of the resource").click()
    policy = {**allow("s3:GetObject", "arn:aws:s3:::box/*", Sid="Read"), "Principal": {"AWS": arn("user/dana")}}
    field = page.get_by_label("Policy of the resource")
    field.fill(document_text(policy)[:-1])
    field.press("Tab")
    page.get_by_role("button", name="Show the answers").last.click()
    expect(page.get_by_text("Line 1, column")).to_be_visible()
    expect(field).to_have_value(document_text(policy)[:-1])
    field.fill(document_text(policy))
    page.get_by_role("button", name="Show the answers").last.click()
    expect(cells).to_have_text(["Allowed", "Denied"])
    assert "resource_policy=" in page.url
    cells.first.press("Enter")
    expect(page.locator(".open-row")).to_contain_text("Allowed by statement Read of the policy of the resource.")


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


def test_a_plan_is_simulated_and_breaks_a_test(
    aws_account: AwsAccount, alice: Operator, erin: Operator, page_of: PageOf
) -> None:
    _estate(aws_account)
    AwsAccount.objects.update(writes_enabled=True)
    aws_account.refresh_from_db()
    page = page_of(alice)
    bo = SimulationQuestion(("user/bo",), ("iam:CreateUser",), (arn("user/new"),))
    page.goto(f"/aws/{aws_account.account_id}/simulate/?{bo.query()}&cell=0.0")
    page.get_by_role("link", name="Save as a test").click()
    page.get_by_label("What the test says").fill("bo never makes users")
    expect(page.get_by_label("Denied")).to_be_checked()
    page.get_by_label("Block plans that break it").check()
    page.get_by_role("button", name="Save the test").click()
    expect(page.get_by_role("heading", name="bo never makes users")).to_be_visible()
    expect(page.get_by_text("Passes")).to_be_visible()
    makers = ManagedPolicy.objects.get(name="makers")
    change = propose(aws_account, alice, [ops.attach(IamUser.objects.get(name="bo"), makers.arn)])
    page.goto(f"/aws/{aws_account.account_id}/changes/{change.pk}/")
    panel = page.locator("section", has=page.get_by_role("heading", name="Saved tests"))
    expect(panel).to_contain_text("bo never makes users")
    expect(panel).to_contain_text(f"bo may do iam:CreateUser on {arn('user/new')}.")
    expect(page.get_by_role("button", name="Apply 1 step")).to_be_disabled()
    expect(page.get_by_text("This change can’t be applied as it is").first).to_be_visible()
    page.get_by_role("link", name="Simulate as if applied").click()
    page.get_by_label("Actions").fill("iam:CreateUser")
    page.get_by_label("Resources").fill(arn("user/new"))
    page.get_by_role("button", name="Show the answers").last.click()
    expect(page.get_by_text(f"assume that change {change.pk} is applied")).to_be_visible()
    expect(page.locator("button.cell")).to_have_text("Allowedwas denied")


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_of_tests_fit(aws_account: AwsAccount, alice: Operator, page_of: PageOf, width: int, theme: str) -> None:
    _estate(aws_account)
    AwsAccount.objects.update(approvals_required=1)
    aws_account.refresh_from_db()
    make_operator("olga", Role.OWNER, None)
    version = saved(aws_account, alice, principals=("bo", "deploy", "group/staff"))
    AccessTestResult.objects.all().delete()
    run_and_keep([version], live_state(aws_account))
    services.delete(safeguard=version.safeguard, actor=alice, reason="It is old")
    page = page_of(alice)
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    found: list[str] = []
    for address in ("", "new/", f"{version.safeguard_id}/"):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"/aws/{aws_account.account_id}/tests/{address}")
        found += axe_violations(page)
        for narrow in (width, 320):
            page.set_viewport_size({"width": narrow, "height": 900})
            if scrolls_sideways(page, narrow):
                found.append(f"{address}: scrolls sideways at {narrow}")
    assert found == []
