"""Through the pages of API tokens: one is made and shown once, used, seen by an owner of all, and revoked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import ApiToken, AwsAccount, Operator
from tests.services.browser import looked_at
from tests.services.tokens import Program, make_token

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_token_is_made_shown_once_and_revoked(
    page_of: Callable[..., Page], alice: Operator, aws_account: AwsAccount, live_server: object, tmp_path: Path
) -> None:
    page = page_of(alice)
    page.goto("/auth/2fa/")
    page.get_by_role("link", name="Show the tokens").click()
    expect(page.get_by_role("heading", name="No token is in force")).to_be_visible()
    looked_at(page)
    page.get_by_role("link", name="Make a token").click()
    looked_at(page)
    page.screenshot(path=tmp_path / "make.png", full_page=True)
    page.get_by_label("Name", exact=True).fill("CI of infra")
    page.get_by_label("Only from these networks optional", exact=True).fill("127.0.0.0/8")
    page.get_by_label("Propose changes, and have them tried out", exact=True).check()
    page.get_by_role("button", name="Make the token").press("Enter")
    expect(page.get_by_text("Copy the token now")).to_be_visible()
    looked_at(page)
    page.screenshot(path=tmp_path / "made.png", full_page=True)
    secret = page.locator("code", has_text="iamc_").inner_text()
    assert Program(secret, REMOTE_ADDR="127.0.0.1").ask("/me").json()["token"]["scopes"] == ["see_iam", "propose"]

    page.reload()  # the form is sent again
    expect(page.get_by_text("This form was sent before")).to_be_visible()
    assert ApiToken.objects.count() == 1
    assert secret not in page.content()
    page.get_by_role("link", name="Show its settings").click()
    expect(page.get_by_role("heading", name="CI of infra", exact=True)).to_be_visible()
    looked_at(page)
    page.screenshot(path=tmp_path / "token.png", full_page=True)
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_text("is revoked: the API refuses it from now on")).to_be_visible()
    assert Program(secret, REMOTE_ADDR="127.0.0.1").ask("/me").status_code == 401


def test_an_owner_of_all_sees_and_revokes_those_of_others(
    page_of: Callable[..., Page], alice: Operator, olga: Operator, tmp_path: Path
) -> None:
    make_token(alice, service="deployer")
    page = page_of(olga)
    page.goto("/operators/")
    expect(page.get_by_role("link", name="API tokens", exact=True)).to_be_visible()
    page.goto(f"/operators/{alice.pk}/")
    looked_at(page)
    page.screenshot(path=tmp_path / "operator.png", full_page=True)
    page.get_by_role("link", name="1 in force", exact=True).click()
    expect(page.get_by_role("heading", name="API tokens", exact=True)).to_be_visible()
    looked_at(page)
    page.screenshot(path=tmp_path / "all.png", full_page=True)
    page.get_by_role("link", name="CI", exact=True).click()
    expect(page.get_by_text("for the service deployer")).to_be_visible()
    looked_at(page)
    page.get_by_role("button", name="Revoke", exact=True).press("Enter")
    expect(page.get_by_text("is revoked: the API refuses it from now on")).to_be_visible()
