"""Who can: the graph by keyboard, from a box to the list of those in it, at every width."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from access.views import service_rows
from accounts.models import AwsAccount, Operator
from tests.access.mirrored import arn, managed, role, user
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.organization_rows import complete
from tests.services.rows import attach, join, make_group, make_user
from tests.services.statements import allow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


@pytest.fixture
def url(aws_account: AwsAccount) -> str:
    complete(aws_account, "org.membership")
    developers = make_group(aws_account, "developers")
    attach(developers, managed(aws_account, "queues", [allow("sqs:*", Sid="Queues", Condition=MFA)]))
    for name in ("anna", "ben", "carl"):
        join(make_user(aws_account, name), developers)
    role(aws_account, "deploy", allow("sqs:*"), trusts=arn("role/ci"))
    role(aws_account, "ci", allow("sts:AssumeRole", arn("role/deploy")), trusts=arn("root"))
    user(aws_account, "dana", allow("sts:AssumeRole", arn("role/ci")))
    page = reverse("who_can", kwargs={"account_id": aws_account.account_id})
    return f"{page}?action=sqs:ListQueues&resource=*"


def test_the_graph_by_keyboard(alice: Operator, page_of: Callable[..., Page], url: str) -> None:
    page = page_of(alice)
    for width, theme in (*LOOKS, (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.goto(url)
        assert not scrolls_sideways(page, width)
        assert axe_violations(page) == []
    page.get_by_role("link", name="2 more by assuming").click()
    expect(page.get_by_text("is allowed it").first).to_be_in_viewport()

    region = page.get_by_role("region", name="Graph of who can")
    region.focus()
    assert region.evaluate("each => each.scrollWidth > each.clientWidth")
    page.keyboard.press("Tab")
    expect(region.get_by_role("link").first).to_be_focused()
    region.get_by_role("link", name="anna and 2 more").press("Enter")
    expect(page.get_by_text("Who is allowed it in the same way as anna")).to_be_visible()
    expect(page.locator("#answer").get_by_role("rowheader")).to_have_count(3)
    page.get_by_role("link", name=re.compile("Alike: anna")).press("Enter")
    expect(page.locator("#answer").get_by_role("rowheader")).to_have_count(4)
    region.get_by_role("link", name="developers, group").press("Enter")
    expect(page.get_by_role("heading", name="developers", exact=True)).to_be_visible()


def test_all_services_of_who_has_many(
    aws_account: AwsAccount, alice: Operator, page_of: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_rows, "MOST_ROWS", 2)
    complete(aws_account, "org.membership")
    dana = user(aws_account, "dana", *(allow(action) for action in ("s3:Get*", "sqs:Send*", "kms:Decrypt")))
    page = page_of(alice)
    page.goto(reverse("user_access", kwargs={"account_id": aws_account.account_id, "aws_id": dana.aws_id}))
    services = page.locator("#services")
    expect(services.get_by_text("1 to 2 of 3")).to_be_visible()
    services.get_by_role("link", name="Next").click()
    expect(services.get_by_role("rowheader")).to_have_count(1)
    expect(services).to_be_in_viewport()
    services.get_by_role("searchbox", name="Find a service").fill("simple storage s3")
    page.keyboard.press("Enter")
    expect(services.get_by_text("no access to a service that is called so")).to_be_visible()
    services.get_by_role("searchbox", name="Find a service").fill("S3")
    page.keyboard.press("Enter")
    expect(services.get_by_text("GetBucketVersioning")).to_be_visible()
    for width, theme in (*LOOKS, (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        assert not scrolls_sideways(page, width)
        assert axe_violations(page) == []
    services.get_by_role("link", name="All 3 services").click()
    expect(services.get_by_role("rowheader")).to_have_count(2)
