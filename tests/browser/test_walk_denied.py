"""From a message of AWS's to a draft and a plan, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from tests.access.mirrored import ID, columns_trusting, managed, user
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.organization_rows import complete
from tests.services.rows import attach, make_role, make_user
from tests.services.statements import LAMBDA, allow, allowing

pytestmark = pytest.mark.django_db(transaction=True)

SESSION = f"arn:aws:sts::{ID}:assumed-role/reports-exporter/nightly"
MESSAGE = (
    f"An error occurred (AccessDenied) when calling the PutObject operation: User: {SESSION} is not authorized to "
    'perform: s3:PutObject on resource: "arn:aws:s3:::acme-archive/2026/11/28.csv" because no identity-based policy '
    "allows the s3:PutObject action"
)


@pytest.fixture
def exporter(aws_account: AwsAccount) -> None:
    complete(aws_account, "org.membership")
    statement = allow("s3:PutObject", "arn:aws:s3:::acme-reports/*", Sid="WriteReports")
    shared = managed(aws_account, "reports-write", [statement])
    attach(make_role(aws_account, "reports-exporter", **columns_trusting(LAMBDA)), shared)
    attach(make_user(aws_account, "dana"), shared)


@pytest.mark.usefixtures("exporter")
def test_a_denial_leads_to_a_draft_and_a_plan_by_keyboard(alice: Operator, page_of: Callable[..., Page]) -> None:
    page = page_of(alice)
    page.goto(f"/aws/{ID}/why-denied/")
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.get_by_label("Paste what AWS or your program said").fill(MESSAGE)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Denied: no policy of reports-exporter")).to_be_visible()
        assert not scrolls_sideways(page, width)
    page.set_viewport_size({"width": 320, "height": 900})
    assert not scrolls_sideways(page, 320)
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.locator(".layer-stop")).to_contain_text("Closest: statement WriteReports of reports-write")
    page.get_by_role("button", name="Here in reports-write").press("Enter")
    expect(page.get_by_text("of 2 who have this policy")).to_be_visible()
    page.get_by_role("button", name="2026/11/*").press("Enter")
    expect(page.locator("pre.code")).to_contain_text("acme-archive/2026/11/*")
    page.get_by_role("button", name="Open as a draft").press("Enter")
    expect(page.get_by_role("heading", name="Edit reports-write")).to_be_visible()
    expect(page.locator(".cm-content")).to_contain_text("AllowS3PutObject")
    page.get_by_label("Reason").fill("The nightly export writes its archive.")
    page.get_by_role("button", name="Stage the change").press("Enter")
    expect(page).to_have_url(re.compile(rf"/aws/{ID}/changes/\d+/"))


@pytest.mark.usefixtures("exporter")
def test_axe_finds_nothing_in_an_answer(alice: Operator, page_of: Callable[..., Page]) -> None:
    page = page_of(alice)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"/aws/{ID}/why-denied/")
        page.get_by_label("Paste what AWS or your program said").fill(f"{MESSAGE}\n{MESSAGE.replace('Put', 'Get')}")
        page.get_by_role("button", name="Read the message").click()
        page.get_by_text("Edit", exact=True).click()
        assert axe_violations(page) == []


def test_aws_s_answer_stands_beside_ours(
    emulator: Emulator, aws_account: AwsAccount, alice: Operator, page_of: Callable[..., Page]
) -> None:
    complete(aws_account, "org.membership")
    user(aws_account, "dana")
    iam = emulator.client("iam")
    iam.create_user(UserName="dana")
    iam.put_user_policy(UserName="dana", PolicyName="own", PolicyDocument=allowing("ec2:*"))
    page = page_of(alice)
    page.goto(f"/aws/{ID}/why-denied/")
    page.get_by_label("Paste what AWS or your program said").fill(
        f"User: arn:aws:iam::{ID}:user/dana is not authorized to perform: ec2:DescribeInstances because no "
        "identity-based policy allows the ec2:DescribeInstances action"
    )
    page.get_by_role("button", name="Read the message").press("Enter")
    page.get_by_role("button", name="Ask AWS too").press("Enter")
    expect(page.get_by_text("They differ over the same policies.")).to_be_visible()
    for width in (1440, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert not scrolls_sideways(page, width)
    assert axe_violations(page) == []
    page.get_by_role("link", name="Where they differ").click()
    expect(page.get_by_role("heading", name="1 question")).to_be_visible()
    for width in (1440, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert not scrolls_sideways(page, width)
    assert axe_violations(page) == []
    page.emulate_media(color_scheme="dark")
    for address in ("disagreements/", f"ask-aws/?principal=arn:aws:iam::{ID}:user/dana&action=ec2:Get&resource=*"):
        page.goto(f"/aws/{ID}/{address}")
        assert axe_violations(page) == []
