"""Pages of what is refused or on hold: they fit, they are accessible, and the focus is where it went wrong."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import AwsAccount, Operator
from sync.counter import inside
from tests.conftest import ACCOUNT_ID
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.pages import address
from tests.services.rows import make_user
from tests.sync.planned import proposed, rested

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageOf = Callable[[Operator], Page]


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Chromium complains on its console of each answer that refuses."""
    return context.new_page()


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_fit_and_are_accessible(
    aws_account: AwsAccount, erin: Operator, olga: Operator, page_of: PageOf, width: int, theme: str
) -> None:
    rested(proposed(aws_account, erin, name="one"), "queued", "pending")
    inside.hold(why="The database was set back to an earlier state.", actor=None)
    page = page_of(olga)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    found: list[str] = []
    for url, heading in (
        (reverse("queue"), "On hold"),
        ("/nothing/", "There is nothing at this address"),
        (address("pull_now"), "There is no page at this address"),
        (reverse("mfa_reauthenticate"), "Confirm that it’s you"),
    ):
        page.goto(url)
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        found += [f"{url}: {violation}" for violation in axe_violations(page)]
        for narrow in (width, 320):
            page.set_viewport_size({"width": narrow, "height": 900})
            if scrolls_sideways(page, narrow):
                found.append(f"{url}: scrolls sideways at {narrow}")
        page.set_viewport_size({"width": width, "height": 900})
    assert found == []


def test_a_refused_form_has_the_focus_on_what_is_wrong(
    aws_account: AwsAccount, olga: Operator, bob: Operator, page_of: PageOf
) -> None:
    page = page_of(olga)
    page.goto(reverse("operator_invite"))
    page.get_by_label("E-mail address").fill(bob.email)
    page.get_by_role("textbox", name="Name", exact=True).fill(bob.name)
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_label("All AWS accounts, including future ones")).to_be_focused()
    page.get_by_label(f"Acme ({ACCOUNT_ID})").check()
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("alert").filter(has_text="has that role there already")).to_be_focused()

    user = make_user(aws_account)
    page.goto(address("user_action", aws_id=user.aws_id, action="tag"))
    page.get_by_role("textbox", name="Key", exact=True).fill("aws:team")
    page.get_by_role("button", name="Stage the change").click()
    expect(page.get_by_role("textbox", name="Key", exact=True)).to_be_focused()
    expect(page.get_by_role("textbox", name="Key", exact=True)).to_have_accessible_description(
        re.compile("Tags that begin with aws: are AWS's own")
    )
