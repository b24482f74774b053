"""Three AWS accounts of the organization, from the overview to connected, in a real browser and with real workers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from accounts.roles import Role
from emulator.process import Emulator
from estate.models import AccountEnrolment
from sync.models import Run
from tests.conftest import ACCOUNT_ID, make_aws_account, make_operator
from tests.estate.enrolment.conftest import NAMES, Members, deploy_text
from tests.policies.test_organizations_pull import pull_organization
from tests.services.browser import axe_violations, scrolls_sideways
from tests.services.organizations import MadeOrganization
from tests.services.workers import Worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _members(emulator: Emulator) -> Members:
    made = MadeOrganization(emulator)
    unit = made.unit("Workloads")
    members = Members(made, {name: made.account(name, unit) for name in NAMES}, unit)
    pull_organization(make_aws_account())
    return members


def _states(page: Page) -> list[str]:
    cells = page.get_by_role("region", name="AWS accounts", exact=True).locator("td[data-label=Result]")
    return [text.split("\n")[0] for text in cells.all_inner_texts()]


def test_three_accounts_are_enrolled(
    emulator: Emulator,
    worker: Callable[..., Worker],
    page_of: Callable[[Operator], Page],
) -> None:
    members = _members(emulator)
    page = page_of(make_operator("zoe", Role.OWNER, None))
    page.goto("/all/")
    page.get_by_role("link", name="3 AWS accounts of the organization never connected", exact=True).click()
    assert axe_violations(page) == []
    for name in NAMES:
        box = page.get_by_role("row", name=name).get_by_role("checkbox")
        box.focus()
        box.press("Space")
    page.get_by_role("button", name="Enrol…").press("Enter")
    page.get_by_label("Write", exact=True).check()
    assert axe_violations(page) == []
    page.get_by_role("button", name="Make the enrolment").click()
    enrolment = AccountEnrolment.objects.get()
    expect(page.get_by_role("heading", name=f"Enrolment {enrolment.pk}")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Template").click()
    template = Path(download.value.path()).read_text()
    for name in ("Payments", "Data"):
        deploy_text(emulator, enrolment, members.numbers[name], template)
    worker("pulls")
    page.get_by_role("button", name="Try them").click()
    expect(page.get_by_role("status").filter(has_text="2 work, 1 not deployed yet")).to_be_visible()
    assert sorted(_states(page)) == ["Not deployed yet", "Works", "Works"]
    deploy_text(emulator, enrolment, members.numbers["Sandbox"], template)
    page.get_by_role("button", name="Try them").click()
    connect = page.get_by_role("region", name="Connect 3 AWS accounts")
    expect(connect).to_be_visible()
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert not scrolls_sideways(page, width)
    page.set_viewport_size({"width": 1440, "height": 900})
    connect.get_by_label("Environment").select_option("staging")
    connect.get_by_role("button", name="Connect what works").click()
    expect(page.get_by_role("status").filter(has_text="3 connected")).to_be_visible()
    assert _states(page) == ["Connected"] * 3
    assert axe_violations(page) == []
    found = AwsAccount.objects.exclude(account_id=ACCOUNT_ID)
    assert sorted(found.values_list("name", "environment", "writes_enabled")) == [
        (name, "staging", False) for name in sorted(NAMES)
    ]
    assert Run.objects.filter(aws_account__in=found, source="iam.details").count() == 3
    page.goto("/all/")
    expect(page.get_by_text("never connected")).to_have_count(0)
