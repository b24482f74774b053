"""Guard rails in a real browser: set by keyboard, told beside an editor, met by a plan and overridden on its page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from access.guard_rails.finding_source import GuardRailSource
from accounts.models import AwsAccount, Operator
from findings.refresh import refresh
from identities import operations as ops
from identities.models import IamUser
from policies.models import ManagedPolicy
from tests.access.mirrored import administrator, managed
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.changing import propose
from tests.services.organization_rows import complete
from tests.services.pages import address
from tests.services.rows import attach, make_user
from tests.services.statements import allow, allowing, denying

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PageOf = Callable[[Operator], Page]


def _estate(aws_account: AwsAccount) -> None:
    complete(aws_account, "org.membership")
    AwsAccount.objects.update(writes_enabled=True)
    aws_account.refresh_from_db()
    administrator(make_user(aws_account, "lee"))
    attach(make_user(aws_account, "dana"), managed(aws_account, "reports", [allow("s3:GetObject", "arn:aws:s3:::b/*")]))


def test_guard_rails_are_set_told_and_overridden(
    aws_account: AwsAccount, alice: Operator, erin: Operator, page_of: PageOf
) -> None:
    _estate(aws_account)
    page, where = page_of(alice), f"/aws/{aws_account.account_id}"
    page.goto(f"{where}/guard-rails/")
    page.get_by_role("link", name="No policy allows all actions on all resources").press("Enter")
    page.get_by_role("radio", name="Blocks the plan").check()
    page.get_by_role("button", name="Save the guard rail").press("Enter")
    expect(page.get_by_text("The plan is blocked, unless an owner overrides it.")).to_be_visible()
    page.goto(f"{where}/guard-rails/new/")
    page.get_by_label("What it says").fill("Buckets stay")
    page.locator(".cm-content").fill(denying("s3:DeleteBucket"))
    page.get_by_role("button", name="Save the guard rail").click()
    expect(page.get_by_role("heading", name="Buckets stay", level=1)).to_be_visible()
    refresh(aws_account, sources=[GuardRailSource()])
    page.reload()
    expect(page.get_by_text("may do s3:DeleteBucket")).to_be_visible()

    dana = IamUser.objects.get(name="dana")
    change = propose(aws_account, erin, [ops.attach(dana, managed(aws_account, "power", [allow("*")]).arn)])
    page.goto(f"{where}/changes/{change.pk}/")
    rails = page.get_by_role("region", name="Guard rails")
    expect(rails).to_contain_text("dana: may do s3:DeleteBucket")
    rails.get_by_label("Why the guard rail doesn’t hold here").fill("Ticket OPS-1")
    rails.get_by_role("button", name="Override the guard rail").click()
    expect(rails).to_contain_text("Alice let it through")

    reports = ManagedPolicy.objects.get(name="reports")
    page.goto(address("policy_action", aws_id=reports.aws_id, action="edit"))
    page.locator(".cm-content").fill(allowing("s3:*"))
    block = page.locator("#said-guard_rails")
    expect(block).to_contain_text("dana: may do s3:DeleteBucket.")
    expect(block).to_contain_text("The plan is blocked, unless an owner overrides it.")
    assert axe_violations(page) == []
    page.set_viewport_size({"width": 320, "height": 900})
    assert not scrolls_sideways(page, 320)


@pytest.mark.parametrize(("width", "theme"), [*LOOKS, (320, "light")])
def test_the_pages_can_be_read(
    aws_account: AwsAccount, alice: Operator, erin: Operator, page_of: PageOf, width: int, theme: str
) -> None:
    _estate(aws_account)
    page, where = page_of(alice), f"/aws/{aws_account.account_id}"
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto(f"{where}/guard-rails/new/")
    page.get_by_label("What it says").fill("Buckets stay, whoever asks for it and whatever the ticket says")
    page.locator(".cm-content").fill(denying("s3:DeleteBucket"))
    page.get_by_role("button", name="Save the guard rail").click()
    expect(page.get_by_role("heading", name="Buckets stay", level=1)).to_be_visible()
    refresh(aws_account, sources=[GuardRailSource()])
    own = page.url
    dana = IamUser.objects.get(name="dana")
    change = propose(aws_account, erin, [ops.attach(dana, managed(aws_account, "power", [allow("*")]).arn)])
    for url in (
        f"{where}/guard-rails/",
        own,
        f"{where}/guard-rails/boundary_on_roles/",
        f"{where}/changes/{change.pk}/",
    ):
        page.goto(url)
        assert not scrolls_sideways(page, width)
        assert axe_violations(page) == []
