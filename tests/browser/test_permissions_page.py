"""What the console may do, and who asks for temporary access, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Operator
from sync.models import Run
from tests.identities.operation_cases_delegation import a_request
from tests.services.account_rows import ran
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.pages import address
from tests.services.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageOf = Callable[[Operator], Page]
DENIED = {
    "class": "AccessDeniedError",
    "sentence": "AWS does not let arn:aws:sts::123456789012:assumed-role/iam-console-read/iam-console do "
    "iam:ListServerCertificates. Add this permission to the role or user that the console uses, then try again.",
}


@pytest.fixture
def addresses(world: World) -> list[str]:
    request = a_request(world)
    ran(world.aws_account, "iam.server_certificates", state=Run.State.FAILED, error=DENIED)
    return [
        address("permissions"),
        address("delegation_requests"),
        address("delegation_request", aws_id=request.aws_id),
        address("delegation_request_action", aws_id=request.aws_id, action="reject"),
    ]


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_fit_and_are_accessible(
    addresses: list[str], alice: Operator, page_of: PageOf, width: int, theme: str
) -> None:
    page = page_of(alice)
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    found: list[str] = []
    for url in addresses:
        page.goto(url)
        for narrow in (width, min(width, 320)):
            page.set_viewport_size({"width": narrow, "height": 900})
            if scrolls_sideways(page, narrow):
                found.append(f"{url}: scrolls sideways at {narrow}")
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{url}: {violation}" for violation in axe_violations(page)]
    assert found == []


def test_an_owner_asks_aws_by_the_keyboard(addresses: list[str], alice: Operator, page_of: PageOf) -> None:
    page = page_of(alice)
    page.goto(address("pulls"))
    page.get_by_role("link", name="Permissions of the console").press("Enter")
    expect(page.get_by_text("do iam:ListServerCertificates.")).to_be_visible()
    page.get_by_text(re.compile(r"All \d+, with their permissions")).first.press("Enter")
    expect(page.get_by_text("iam:ListDelegationRequests")).to_be_visible()
    page.get_by_role("button", name="Ask AWS now").press("Enter")
    expect(page.get_by_text(re.compile(r"\d+ of \d+ permissions work")).first).to_be_visible()
    expect(page).to_have_url(re.compile(r"/permissions/$"))
