"""A bucket's policy in a real browser: edited, who gains is seen, approved elsewhere, applied, reversed."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from emulator.process import Emulator
from tests.conftest import make_operator
from tests.resources.operation_cases import WRITTEN, made_and_pulled
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.organization_rows import complete
from tests.services.rows import make_document as made
from tests.services.rows import make_role, put_inline
from tests.services.statements import allowing, document_text, trust
from tests.services.workers import Worker
from tests.services.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PARTNER = "210987654321"
BUCKET = "arn:aws:s3:::acme-jobs"
TEXT = document_text(trust({"AWS": PARTNER}, "s3:GetObject", Resource=f"{BUCKET}/*", Sid="Partner"))


@pytest.fixture
def partner(aws_account: AwsAccount) -> AwsAccount:
    """Connected: each change of its access takes an approval there."""
    for each in (aws_account, found := AwsAccount.objects.create(account_id=PARTNER, name="Partner", emulated=True)):
        complete(each, "org.membership")
    AwsAccount.objects.filter(pk=found.pk).update(connection="ambient", approvals_required=1)
    put_inline(make_role(found, "importer"), "reads", document=made(allowing("s3:GetObject")))
    return found


def _looked_at(page: Page) -> None:
    expect(page.locator(".htmx-request")).to_have_count(0)
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 1000})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        assert axe_violations(page) == []
    page.set_viewport_size({"width": 320, "height": 1000})
    assert not scrolls_sideways(page, 320)
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.emulate_media(color_scheme="light")


def test_edited_approved_applied_and_reversed(
    emulator: Emulator,
    aws_account: AwsAccount,
    partner: AwsAccount,
    worker: Callable[..., Worker],
    page_of: Callable[[Operator], Page],
) -> None:
    world = World(emulator, aws_account)
    row = made_and_pulled(world, "s3.bucket")
    zoe = make_operator("zoe", Role.OWNER, None)
    petra = make_operator("petra", Role.APPROVER, partner)
    Grant.objects.create(operator=petra, role=Role.VIEWER, aws_account=aws_account)
    worker("changes")

    page = page_of(zoe)
    page.goto(f"/aws/{aws_account.account_id}/resources/{row.aws_id}/")
    page.get_by_role("link", name="Edit policy").click()
    page.locator(".cm-content").fill(TEXT)
    draft = page.get_by_role("region", name="What the draft changes")
    expect(draft).to_contain_text(f"Opens it: AWS account {PARTNER}")
    expect(draft).to_contain_text("importer")
    _looked_at(page)
    page.get_by_role("button", name="Stage the change").click()

    panel = page.get_by_role("region", name="Who gets to the resource")
    expect(panel).to_contain_text("Open to other AWS accounts")
    expect(panel).to_contain_text("1 principal gains")
    expect(panel.get_by_role("link", name="importer")).to_be_visible()
    expect(page.get_by_text(f"AWS account {PARTNER} gets to the S3 bucket acme-jobs (read).").first).to_be_visible()
    expect(page.get_by_text("1 approval of Partner").first).to_be_visible()
    expect(page.get_by_role("button", name="Apply 1 step")).to_be_disabled()
    _looked_at(page)
    change = page.url

    page = page_of(petra)
    page.goto(change)
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("Approved").first).to_be_visible()

    page = page_of(zoe)
    page.goto(change)
    page.get_by_role("button", name="Apply 1 step").click()
    expect(page.get_by_text("Applied 1 of 1 step.").first).to_be_visible()
    shown = WRITTEN["s3.bucket"].asks(emulator, row.arn)
    assert shown and json.loads(shown) == json.loads(TEXT)

    page.get_by_role("button", name="Propose the reverse").click()
    expect(page.get_by_text("Delete the policy of the S3 bucket acme-jobs").first).to_be_visible()
    expect(page.get_by_role("region", name="Who gets to the resource")).to_contain_text("1 principal loses")
    back = page.url
    page = page_of(petra)
    page.goto(back)
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("Approved").first).to_be_visible()
    page = page_of(zoe)
    page.goto(back)
    page.get_by_role("button", name="Apply 1 step").click()
    expect(page.get_by_text("Applied 1 of 1 step.").first).to_be_visible()
    assert WRITTEN["s3.bucket"].asks(emulator, row.arn) is None
