"""The search box by keyboard alone, and the page of results without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.rows import make_group, make_role, make_user

PageOf = Callable[..., Page]
BOX = "Find a name, ARN, key id or action"


@pytest.fixture
def named(aws_account: AwsAccount) -> Any:
    make_role(aws_account, "zeta-deploy")
    make_user(aws_account, "not-zeta")
    return make_role(aws_account, "zeta")


def test_ctrl_k_finds_and_opens_by_keyboard_alone(
    aws_account: AwsAccount, named: Any, bob: Operator, page_of: PageOf
) -> None:
    page = page_of(bob)
    page.goto(f"/aws/{aws_account.account_id}/users/")
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name=BOX)
    expect(box).to_be_focused()
    page.keyboard.type("zeta")
    options = page.get_by_role("option")
    expect(options).to_contain_text(["zeta", "zeta-deploy", "not-zeta", "All results for “zeta”"])
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "")
    assert axe_violations(page) == []
    page.keyboard.press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "false")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/roles/{named.aws_id}/")

    page.keyboard.press("Control+k")
    expect(page.get_by_role("group", name="Opened lately").get_by_role("option")).to_contain_text(["zeta"])
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(box).to_be_focused()
    kept = page.evaluate("window.localStorage.getItem('opened')")
    assert "zeta" not in kept
    assert f"roles:{named.pk}" in kept
    page.keyboard.type("zeta")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Search", level=1)).to_be_visible()
    expect(page.get_by_role("heading", level=2)).to_have_text(["Roles", "Users"])


def test_single_keys_and_how_they_are_turned_off(aws_account: AwsAccount, bob: Operator, page_of: PageOf) -> None:
    page = page_of(bob)
    page.goto(f"/aws/{aws_account.account_id}/users/")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name=BOX)).to_be_focused()
    page.keyboard.type("?")
    expect(keys).to_be_hidden()
    page.get_by_role("button", name="Theme and density").click()
    page.get_by_role("group", name="Keys of one character").get_by_label("Off").check()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(keys).to_be_hidden()


def test_one_kind_page_by_page_without_javascript(aws_account: AwsAccount, bobs: Client) -> None:
    for number in range(60):
        make_group(aws_account, f"team-{number:02}")
    page = bobs.get("/search/", {"q": "group team"}).content.decode()
    link = page.split('href="/search/?q=group+team&amp;kind=groups')[1]
    assert "All 60" in link.split("</a>")[0]
    first = bobs.get("/search/", {"q": "group team", "kind": "groups"})
    assert "team-49" in first.content.decode()
    second = bobs.get(first.context["groups"][0]["next_url"]).content.decode()
    assert "team-50" in second
    assert "team-49" not in second
    assert "First page" in second


def test_the_page_of_results_fits_every_width(
    aws_account: AwsAccount, named: Any, bob: Operator, page_of: PageOf
) -> None:
    page = page_of(bob)
    page.goto("/search/?q=zeta")
    for width, theme in (*LOOKS, (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        assert not scrolls_sideways(page, width)
        assert axe_violations(page) == []


def test_a_word_is_explained_beside_it_with_an_example_of_the_aws_account(
    aws_account: AwsAccount, bob: Operator, page_of: PageOf
) -> None:
    role = make_role(aws_account, "runner", trusted=[{"type": "Service", "value": "lambda.amazonaws.com"}])
    page = page_of(bob)
    page.goto(f"/aws/{aws_account.account_id}/roles/{role.aws_id}/")
    page.get_by_role("link", name="What “trust policy” means").press("Enter")
    box = page.get_by_role("dialog", name="A word explained")
    expect(box).to_contain_text("Says who may assume a role.")
    expect(box).to_contain_text("In Acme: That of the role runner names lambda.amazonaws.com.")
    for width, theme in (*LOOKS, (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        assert not scrolls_sideways(page, width)
        assert axe_violations(page) == []
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(page.get_by_role("link", name="What “trust policy” means")).to_be_focused()
    page.get_by_role("link", name="What “trust policy” means").press("Enter")
    box.get_by_role("link", name="All words").click()
    expect(page.get_by_role("heading", name="Glossary", level=1)).to_be_visible()


def test_help_is_found_and_fits_every_width(aws_account: AwsAccount, bob: Operator, page_of: PageOf) -> None:
    page = page_of(bob)
    page.goto(f"/aws/{aws_account.account_id}/users/")
    page.keyboard.press("Control+k")
    page.keyboard.type("help nobody else may")
    expect(page.get_by_role("option").first).to_contain_text("Where nobody else may approve")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/help/changes/#where-nobody-else-may-approve")
    for width, theme in (*LOOKS, (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        assert not scrolls_sideways(page, width)
        assert axe_violations(page) == []
