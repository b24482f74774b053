"""Resources in a real browser: an owner chooses what is read by keyboard, and looks at what has a policy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from emulator.process import REGION
from resources.models import ResourceReading
from sync.models import Region
from tests.resources.rows import make_resource
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.pages import address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_owner_chooses_what_is_read(
    page_of: Callable[[Operator], Page], alice: Operator, aws_account: AwsAccount
) -> None:
    for name in (REGION, "eu-west-1"):
        Region.objects.create(
            aws_account=aws_account, name=name, enabled=True, opt_in=False, checked_at="2026-11-01T00:00Z"
        )
    page = page_of(alice)
    page.goto(address("resources"))
    page.get_by_role("link", name="Choose which are read").click()
    page.locator("summary", has_text="SQS queues").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save what is read").press("Enter")
    expect(page.get_by_role("heading", name="Resources", level=1)).to_be_visible()
    expect(page.get_by_text("What is read is changed.")).to_be_visible()
    assert ResourceReading.objects.get().services == {"sqs": ["eu-west-1"]}


@pytest.mark.parametrize(("width", "scheme"), [*LOOKS, (320, "light")])
def test_its_pages_fit_and_can_be_read(
    page_of: Callable[[Operator], Page], alice: Operator, aws_account: AwsAccount, width: int, scheme: str
) -> None:
    row = make_resource(aws_account, "inbox-of-everybody-who-has-something-to-say-to-the-warehouse")
    page = page_of(alice)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for url in (address("resources"), address("resource", aws_id=row.aws_id), address("resource_reading")):
        page.goto(url)
        assert not scrolls_sideways(page, width), url
        assert axe_violations(page) == [], url
