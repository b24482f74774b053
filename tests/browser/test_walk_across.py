"""What leads over AWS accounts: chains in Who can, roles on the tab Access, privilege escalation paths of both."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from access.escalation.finding_source import EscalationSource
from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from findings import refresh
from identities.models import IamUser
from tests.access.mirrored import administrator, arn, role, user
from tests.access.test_chains_across import make
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.organization_rows import complete
from tests.services.statements import allow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHARED, PROD = "111111111111", "222222222222"


@pytest.fixture
def dana(aws_account: AwsAccount) -> IamUser:
    """dana → deploy of Shared → release of Production, who is an administrator; and lee, an administrator."""
    complete(aws_account, "org.membership")
    shared, prod = make(SHARED, "Shared services"), make(PROD, "Production")
    found: IamUser = user(aws_account, "dana", allow("sts:AssumeRole", arn("role/deploy", account=SHARED)))
    administrator(user(aws_account, "lee"))
    release = arn("role/release", account=PROD)
    role(shared, "deploy", allow("sts:AssumeRole", release), trusts=arn("root"))
    administrator(role(prod, "release", trusts=arn("role/deploy", account=SHARED)))
    for each in (prod, shared, aws_account, shared, prod):
        assert refresh.refresh(each, sources=[EscalationSource()])
    return found


def test_it_leads_over_aws_accounts(alice: Operator, page_of: Callable[..., Page], dana: IamUser) -> None:
    Grant.objects.create(operator=alice, role=Role.OWNER)
    page = page_of(alice)
    who_can = reverse("who_can", kwargs={"account_id": PROD})
    urls = [
        f"{who_can}?action=s3:GetObject&resource=*",
        reverse("user_access", kwargs={"account_id": dana.aws_account.account_id, "aws_id": dana.aws_id}),
        reverse("escalations", kwargs={"account_id": dana.aws_account.account_id}),
        reverse("escalations", kwargs={"account_id": PROD}),
    ]
    for width, theme in (*LOOKS, (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for url in urls:
            page.goto(url)
            assert not scrolls_sideways(page, width), url
            assert axe_violations(page) == [], url
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(urls[0])
    chains = page.locator("#chains")
    expect(chains.get_by_role("link", name="dana")).to_be_visible()
    chains.get_by_role("link", name="dana").click()
    page.goto(urls[1])
    page.locator("#onward").get_by_role("link", name="release").click()
    expect(page.get_by_role("heading", name="release")).to_be_visible()
    page.goto(urls[2])
    expect(page.get_by_text("is an administrator there").first).to_be_visible()
    page.goto(urls[3])
    page.locator("#entered").get_by_role("link", name="Who can assume it").click()
    expect(page.locator("#answer").get_by_role("link", name="deploy")).to_be_visible()
