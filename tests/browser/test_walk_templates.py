"""From a template, a policy of AWS, or what was used to a draft in the editor, and what is staged of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from policies.models import EditorDraft
from sync.models import Change
from tests.access.mirrored import managed
from tests.access.test_propose_least_privilege import OLD, report
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.pages import address
from tests.services.rows import attach, make_user
from tests.services.statements import allow

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


def test_a_policy_of_aws_that_nobody_has_becomes_a_draft(emulator: Emulator, erin: Operator, page_of: PageOf) -> None:
    page = page_of(erin)
    page.goto(address("account_action", action="create-policy"))
    page.get_by_role("link", name="Start from…").click()
    page.get_by_role("link", name="AWS managed policy").click()
    expect(page.get_by_role("navigation", name="Pages")).to_contain_text("1 to 50 of")
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("navigation", name="Pages")).to_contain_text("51 to 100 of")
    page.get_by_role("searchbox", name="Find in AWS managed policy").fill("lambda vpc access")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Use it AWSLambdaVPCAccessExecutionRole").press("Enter")
    expect(page.get_by_role("textbox", name="Policy as JSON")).to_contain_text("ec2:CreateNetworkInterface")


def test_a_proposal_by_action_is_staged(aws_account: AwsAccount, erin: Operator, page_of: PageOf) -> None:
    dana = make_user(aws_account, "dana", created_at=OLD)
    lake = managed(aws_account, "lake", [allow(["s3:CreateBucket", "s3:DeleteBucket", "s3:GetObject"])])
    attach(dana, lake)
    report(dana, used="s3", tried="CreateBucket", tracked="DeleteBucket")
    page = page_of(erin)
    page.goto(address("user_least_privilege", aws_id=dana.aws_id))
    page.get_by_text("What would be lost").click()
    expect(page.get_by_text("dana made none until")).to_contain_text("s3:DeleteBucket")
    page.get_by_role("button", name="Edit with the proposal… lake").click()
    expect(page.locator("#said-access").get_by_role("status")).to_contain_text("Removes s3:DeleteBucket")
    page.get_by_role("button", name="Stage the change").click()
    page.wait_for_url("**/changes/*/")
    assert "s3:DeleteBucket" not in str(Change.objects.get().steps.get().params)
