"""In a real browser: guests are cut down to one prefix, and somebody signs in with a temporary password."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Operator
from tests.browser.test_walk_changes import Walk
from tests.cognito.identity_pools.shop import BUCKET, Shop
from tests.services.browser import axe_violations
from tests.services.pages import address
from tests.services.workers import Worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop(emulator: object, aws_account: object) -> Shop:
    return Shop(emulator, aws_account).with_roles()  # type: ignore[arg-type]  # fixtures of those types


def test_guests_are_cut_down_to_one_prefix(
    shop: Shop, erin: Operator, worker: Callable[..., Worker], page_of: Callable[[Operator], Page]
) -> None:
    pool = shop.mirrored()
    worker("changes")
    walk = Walk(page_of(erin))
    page = walk.page

    page.goto(address("identity_pool", aws_id=pool.aws_id))
    expect(page.get_by_text("A guest may list and read everything in Amazon S3")).to_be_visible()
    walk.check()
    page.get_by_role("link", name=re.compile("Cut down to one prefix")).click()
    page.get_by_role("textbox", name="Bucket").fill(BUCKET)
    expect(page.get_by_role("checkbox", name="AmazonS3ReadOnlyAccess")).to_be_checked()
    walk.stage()
    expect(page.get_by_text("shop-guest").first).to_be_visible()
    expect(page.get_by_text(re.compile("AmazonS3ReadOnlyAccess")).first).to_be_visible()
    expect(page.get_by_text(re.compile("loses", re.IGNORECASE)).first).to_be_visible()
    walk.apply("3 steps", "Applied 3 of 3 steps.")

    page.goto(address("identity_pool", aws_id=pool.aws_id))
    expect(page.get_by_text("Nothing is wrong with it")).to_be_visible()
    expect(page.get_by_text("A guest may read arn:aws:s3:::acme-images/public/*")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    walk.check()


def test_somebody_signs_in_with_a_temporary_password(
    shop: Shop, erin: Operator, page_of: Callable[[Operator], Page]
) -> None:
    shop.mirrored()
    shop.idp.admin_create_user(UserPoolId=shop.user_pool, Username="ada", MessageAction="SUPPRESS")
    shop.idp.admin_set_user_password(
        UserPoolId=shop.user_pool, Username="ada", Password="Demo-Horse-7", Permanent=False
    )
    page = page_of(erin)
    page.goto(address("try_sign_in", aws_id=shop.user_pool))
    assert axe_violations(page) == []
    page.get_by_role("textbox", name="Username").fill("ada")
    page.get_by_label("Password").fill("Demo-Horse-7")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Cognito asks: NEW_PASSWORD_REQUIRED")).to_be_visible()
    page.get_by_label("New password").fill("Demo-Horse-8")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Valid")).to_have_count(2)
    assert axe_violations(page) == []


def test_somebody_signs_up_and_goes_on_to_sign_in(
    shop: Shop, erin: Operator, page_of: Callable[[Operator], Page]
) -> None:
    shop.idp.update_user_pool(UserPoolId=shop.user_pool, AutoVerifiedAttributes=["email"])
    shop.mirrored()
    page = page_of(erin)
    page.goto(address("try_sign_up", aws_id=shop.user_pool))
    assert axe_violations(page) == []
    page.get_by_label("Username").fill("ada")
    page.get_by_label("email").fill("ada@example.com")
    page.get_by_label("Password").fill("Demo-Horse-7")
    page.keyboard.press("Enter")
    expect(page.get_by_text("A code went by e-mail to a***@e***")).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_role("button", name="Send another code").click()
    expect(page.get_by_role("heading", name="Another code was sent")).to_be_visible()
    page.get_by_label("Code of the message").fill(shop.emulator.messages()[-1]["secret"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Signed up and confirmed")).to_be_visible()
    assert axe_violations(page) == []
    page.get_by_role("button", name="Try to sign in").click()
    expect(page.get_by_label("Username")).to_have_value("ada")
