"""Pages of Identity Center in a real browser: both widths, both themes; and the way from a role to its people."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from directory.models import PermissionSet
from identities.models import IamRole
from tests.directory.arranged import Arranged, arranged_and_pulled
from tests.services.browser import LOOKS, axe_violations, looked_at, scrolls_sideways
from tests.services.pages import address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageOf = Callable[[Operator], Page]
center = pytest.fixture(arranged_and_pulled)


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_fit_and_are_accessible(
    center: Arranged, alice: Operator, page_of: PageOf, width: int, theme: str
) -> None:
    page = page_of(alice)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    chosen, role = PermissionSet.objects.get(name="Read_Only"), IamRole.objects.get(name__contains="_Read_Only_")
    found: list[str] = []
    for url in (
        address("identity_center"),
        address("permission_sets"),
        address("permission_set", aws_id=chosen.aws_id),
        address("permission_set_policies", aws_id=chosen.aws_id),
        f"{address('directory_assignments')}?to=person",
        address("directory_group_members", aws_id=center.platform),
        address("directory_people"),
        address("directory_person", aws_id=center.dana),
        address("role_people", aws_id=role.aws_id),
    ):
        page.goto(url)
        found += [f"{url}: scrolls sideways"] if scrolls_sideways(page, width) else []
        found += [f"{url}: {violation}" for violation in axe_violations(page)]
    assert found == []


def test_from_a_role_to_a_person_and_back_to_the_set(center: Arranged, alice: Operator, page_of: PageOf) -> None:
    page = page_of(alice)
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(address("role", aws_id=IamRole.objects.get(name__contains="_Read_Only_").aws_id))
    page.get_by_role("link", name="Who can use it").click()
    assert not scrolls_sideways(page, 320)
    page.get_by_role("link", name="Dana Okafor").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dana Okafor")
    page.get_by_role("link", name="Read_Only").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Read_Only")
    page.get_by_role("link", name="Permission sets").first.click()
    page.get_by_label("Search permission sets").fill("adm")
    expect(page.locator("#list-count")).to_have_text("1 of 2 permission sets matches.")


def test_a_group_is_assigned_until_a_date_by_the_keyboard(center: Arranged, erin: Operator, page_of: PageOf) -> None:
    page = page_of(erin)
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(address("permission_set_action", aws_id=center.read_only.rpartition("/")[2], action="assign"))
    assert not scrolls_sideways(page, 390)
    assert axe_violations(page) == []
    page.get_by_role("combobox", name="AWS account").focus()
    page.keyboard.type("123456789012")
    page.keyboard.press("Tab")
    page.keyboard.type("contractors")
    page.get_by_label("Until").fill(f"{timezone.localtime() + timedelta(days=3):%Y-%m-%dT%H:%M}")
    page.get_by_label("Reason").fill("On call for three days")
    page.get_by_role("button", name="Stage the change").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Assign Read_Only in 123456789012")
    expect(page.get_by_role("main")).to_contain_text("Wait until AWS has assigned Read_Only in 123456789012")
    assert not scrolls_sideways(page, 390)
    page.goto(address("permission_set", aws_id=center.admin.rpartition("/")[2]))
    page.get_by_role("link", name="Take away… from this person in 123456789012").click()
    expect(page.get_by_label("From whom, and where")).to_contain_text("Priya Nair")
    assert axe_violations(page) == []


def test_without_an_organization_its_pages_say_how_one_is_connected(
    aws_account: AwsAccount, alice: Operator, page_of: PageOf
) -> None:
    page = page_of(alice)
    page.goto(address("users"))
    menu = page.get_by_role("navigation", name="Main")
    expect(menu.get_by_role("link", name="Policies")).to_be_visible()
    expect(menu.get_by_role("link", name="Organization")).to_have_count(0)
    expect(menu.get_by_role("link", name="Identity Center")).to_have_count(0)
    for name in ("organization", "identity_center"):
        page.goto(address(name))
        expect(page.get_by_role("heading", name="How it is connected")).to_be_visible()
        looked_at(page)
        if kept := os.environ.get("PICTURES"):
            page.screenshot(path=f"{kept}/{name}.png")
