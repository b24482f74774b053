"""Who can read a bucket ends at two people: one by a permission set in the bucket's AWS account, one over another."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Grant, Operator
from accounts.roles import Role
from resources.models import Resource
from tests.access.conftest import alone as alone
from tests.access.test_people_behind import ASKED, BUCKET, Arranged
from tests.access.test_people_behind import held as held
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.directory_rows import reserved_name
from tests.services.pages import address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_who_can_read_this_bucket(held: Arranged, alice: Operator, page_of: Callable[..., Page]) -> None:
    Grant.objects.create(operator=alice, role=Role.OWNER)
    page = page_of(alice)
    reach = address("resource_reach", aws_id=Resource.objects.get(arn=BUCKET).aws_id)
    for width, theme in (*LOOKS, (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        urls = (
            reach,
            f"{address('who_can')}{ASKED}",
            address("directory_person_access", aws_id=held.priya.aws_id),
            address("directory_person", aws_id=held.priya.aws_id),
        )
        for url in urls:
            page.goto(url)
            assert not scrolls_sideways(page, width), url
            assert axe_violations(page) == [], url
    page.goto(reach)
    page.get_by_role("link", name="s3:GetObject").first.click()
    page.get_by_role("link", name="2 people, 1 disabled").click()
    people = page.locator("#people")
    expect(people.get_by_role("link", name="Dana Okafor")).to_be_in_viewport()
    dana = people.get_by_role("listitem").filter(has_text="Dana Okafor").first
    expect(dana).to_contain_text("in platform, which has the permission set Reader in Acme")
    priya = people.get_by_role("listitem").filter(has_text="Priya Nair").first
    expect(priya).to_contain_text("has directly the permission set Ops in Data (111111111111)")
    expect(priya).to_contain_text(f"takes on {reserved_name('Ops')}")
    expect(priya).to_contain_text("assumes ledger-reader: inline policy own, statement Assume")
    priya.get_by_role("link", name="Priya Nair").press("Enter")
    page.get_by_role("link", name="Effective access").press("Enter")
    table = page.locator("#roles")
    expect(table.get_by_role("row").filter(has_text="ledger-reader").first).to_contain_text("Assumed from")
    page.get_by_text("By service").last.click()
    expect(table.get_by_text("Amazon S3")).to_be_visible()
