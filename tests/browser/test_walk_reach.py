"""The page of a resource in a real browser: from its answers to the list of who can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from access.exposure.finding_source import ExposureSource
from accounts.models import AwsAccount, Operator
from findings.refresh import refresh
from tests.access.mirrored import OTHER, arn, user
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.organization_rows import complete
from tests.services.resource_rows import blocks, hold, unread
from tests.services.statements import allow, document_text, trust

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PageOf = Callable[[Operator], Page]
BUCKET = "arn:aws:s3:::acme-share"


def test_from_the_answers_to_who_can(page_of: PageOf, live_server: Any, aws_account: AwsAccount, bob: Operator) -> None:
    complete(aws_account, "org.membership")
    blocks(aws_account)
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    text = document_text(
        trust("*", "s3:GetObject", Resource=f"{BUCKET}/open/*", Sid="Open"),
        trust({"AWS": OTHER}, "s3:PutObject", Resource=f"{BUCKET}/*", Sid="Partner"),
        trust({"AWS": arn("user/eve")}, "s3:GetObject", Resource=f"{BUCKET}/*", Condition=mfa),
    )
    hold(aws_account, "s3.bucket", BUCKET, text)
    user(aws_account, "dana", allow("s3:*", Sid="All"))
    user(aws_account, "eve")
    unread(hold(aws_account, "s3.bucket", "arn:aws:s3:::acme-shut"), "policy")
    refresh(aws_account, sources=[ExposureSource()])
    page = page_of(bob)
    page.goto(f"{live_server.url}/aws/{aws_account.account_id}/resources/?open=public")
    expect(page.get_by_text("1 S3 bucket of")).to_be_visible()
    page.get_by_role("link", name="acme-share", exact=True).click()
    expect(page.get_by_text("Open to everybody")).to_be_visible()
    page.get_by_role("navigation", name="About acme-share").get_by_role("link", name="Access").click()
    expect(page.get_by_role("heading", name="Public", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Other AWS accounts get in")).to_be_visible()
    finding = page.get_by_role("listitem").filter(has_text="Everybody may read the S3 bucket acme-share.")
    finding.get_by_text("Because of what").click()
    expect(finding.get_by_text('"Sid": "Open"')).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 900})
    assert not scrolls_sideways(page, 320)
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        assert axe_violations(page) == []
    page.get_by_role("link", name="s3:PutObject").click()
    expect(page.get_by_role("row", name=f"AWS account {OTHER}, which isn’t connected")).to_be_visible()
