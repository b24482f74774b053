"""People of user pools in a real browser: both widths, both themes; and helpdesk resets a customer's password."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from cognito.models import CognitoUser, PoolPeopleSettings, UserPool
from emulator.process import REGION, Emulator
from tests.browser.test_walk_changes import Walk
from tests.cognito.pulled_people import make, pull_people
from tests.cognito.rows import make_identity_pool, make_person, make_pool, make_pool_group, put_into
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.pages import address
from tests.services.workers import Worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageOf = Callable[[Operator], Page]


@pytest.fixture
def pool(aws_account: AwsAccount) -> UserPool:
    pool = make_pool(aws_account)
    role = "arn:aws:iam::123456789012:role/shop-buyer"
    vip = make_pool_group(pool, role_arn=role, precedence=5, description="Best customers")
    people = [make_person(pool, f"customer-{number:02}", attributes={"custom:plan": "family"}) for number in range(9)]
    make_person(pool, "ravi", status="UNCONFIRMED", attributes={"name": "Ravi Kulkarni"})
    put_into(vip, *people[:3])
    make_identity_pool(pool, roles={"authenticated": role})
    return pool


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_fit_and_are_accessible(pool: UserPool, alice: Operator, page_of: PageOf, width: int, theme: str) -> None:
    page = page_of(alice)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    of_pool, sub = {"aws_id": pool.aws_id}, CognitoUser.objects.get(name="customer-00").aws_id
    found: list[str] = []
    for name, url in {
        "pools": address("user_pools"),
        "pool": address("cognito_pool", **of_pool),
        "groups": address("cognito_pool_groups", **of_pool),
        "people": f"{address('cognito_pool_people', **of_pool)}?custom:plan=family",
        "person": address("cognito_user", aws_id=sub),
        "protection": address("data_protection"),
        "care": address("data_protection_pool", **of_pool),
    }.items():
        page.goto(url)
        if scrolls_sideways(page, width):
            found.append(f"{name}: scrolls sideways")
        found += [f"{name}: {violation}" for violation in axe_violations(page)]
    assert found == []


def test_a_name_opens_beside_the_list_and_the_search_is_kept(pool: UserPool, alice: Operator, page_of: PageOf) -> None:
    page = page_of(alice)
    page.set_viewport_size({"width": 1500, "height": 900})
    page.goto(address("cognito_pool_people", aws_id=pool.aws_id))
    page.get_by_role("link", name="customer-01@example.org").first.click()
    expect(page.get_by_role("complementary", name="Preview")).to_contain_text("shop-buyer")
    expect(page).to_have_url(re.compile(r"/people/$"))
    assert axe_violations(page) == []
    name = page.get_by_role("link", name="customer-02@example.org").first
    name.press("Enter")
    expect(page.get_by_role("complementary", name="Preview")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Open customer-02@example.org")).to_be_focused()
    page.keyboard.press("Escape")
    expect(name).to_be_focused()
    page.get_by_label("Search people").fill("kulkarni")
    expect(page.locator("#list-count")).to_have_text("1 of 10 people matches.")
    page.get_by_role("button", name="Saved searches").click()
    page.get_by_label("Keep this search as").fill("Ravi")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("The search is kept as “Ravi”.")).to_be_visible()
    expect(page).to_have_url(re.compile("q=kulkarni"))


def test_helpdesk_finds_a_customer_by_an_attribute_and_resets_her_password(
    emulator: Emulator, aws_account: AwsAccount, hal: Operator, worker: Callable[..., Worker], page_of: PageOf
) -> None:
    idp = emulator.client("cognito-idp")
    schema = [{"Name": "customer_no", "AttributeDataType": "String", "Mutable": True}]
    made = idp.create_user_pool(PoolName="customers", AutoVerifiedAttributes=["email"], Schema=schema)["UserPool"]
    kept = ["email", "email_verified", "custom:customer_no"]
    PoolPeopleSettings.objects.create(aws_account=aws_account, region=REGION, pool_id=made["Id"], attributes=kept)
    for name, number in (("jane", "C-4711"), ("ravi", "C-0815")):
        make(idp, made["Id"], name, custom_customer_no=number, email_verified="true")
        idp.admin_set_user_password(UserPoolId=made["Id"], Username=name, Password="Old-Horse-77!", Permanent=True)
    pull_people(aws_account)
    worker("urgent,changes,pulls")
    page = page_of(hal)
    walk = Walk(page)
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="customers").click()
    page.get_by_label("Search people").fill("4711")
    expect(page.locator("#list-count")).to_have_text("1 of 2 people matches.")
    page.get_by_role("link", name="jane@example.org").first.click()
    page.get_by_role("link", name="Open").click()
    expect(page.get_by_role("link", name=re.compile("^Reset the password"))).to_be_visible()
    walk.check()
    page.get_by_role("link", name=re.compile("^Reset the password")).click()
    walk.stage()
    walk.apply("1 step", "Applied 1 of 1 step")
    described = idp.admin_get_user(UserPoolId=made["Id"], Username="jane")
    assert described["UserStatus"] == "RESET_REQUIRED"
    page.goto(address("cognito_user", aws_id=CognitoUser.objects.get(name="jane").aws_id))
    expect(page.get_by_text("Must reset the password")).to_be_visible()
    expect(page.get_by_role("heading", name="Changes of this person")).to_be_visible()
