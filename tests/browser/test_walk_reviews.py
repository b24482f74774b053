"""An access review with two reviewers: from its start to one applied change, and a report that the trail covers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from accounts import audit
from accounts.models import AwsAccount, Operator
from reviews.models import Review
from sync.models import Change
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.workers import Worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PageOf = Callable[[Operator], Page]


def looks_good(page: Page) -> None:
    for width, theme in (*LOOKS, (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(f"document.documentElement.dataset.bsTheme = '{theme}'")
        assert not scrolls_sideways(page, width)
    assert axe_violations(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.evaluate("document.documentElement.dataset.bsTheme = 'light'")


def decision(page: Page, label: str) -> Locator:
    return page.get_by_role("radiogroup", name=label, exact=True)


def test_from_its_start_to_its_report(
    iam: Any,
    aws_account: AwsAccount,
    alice: Operator,
    erin: Operator,
    worker: Callable[..., Worker],
    page_of: PageOf,
) -> None:
    worker("changes")
    page = page_of(alice)
    page.goto("/reviews/")
    looks_good(page)
    page.get_by_role("link", name="Start a review").click()
    page.get_by_label("What it is called").fill("Q4 2026")
    page.get_by_role("radio", name="All of them", exact=True).check()
    for who in (alice, erin):
        page.get_by_role("checkbox", name=f"{who} ({who.email})").check()
    looks_good(page)
    page.get_by_role("button", name="Start the review").click()
    expect(page.get_by_role("heading", name="Access review: Q4 2026", exact=True)).to_be_visible()
    review = Review.objects.get()
    assert set(review.grants.values_list("reviewer__name", flat=True)) == {"Alice", "Erin"}
    looks_good(page)

    finish = page.get_by_role("button", name="Finish your part")
    mine = review.grants.filter(reviewer=alice).order_by("-risk", "-pk")
    labels = [f"{row.called}: {row.what}" for row in mine]
    expect(finish).to_be_disabled()
    page.keyboard.press("j")
    expect(decision(page, labels[0]).get_by_role("radio", name="Keep")).to_be_focused()
    page.keyboard.press("2")
    why = page.get_by_label(f"Why revoke {labels[0]}")
    expect(page.get_by_text("Not saved yet. Say why it is revoked.")).to_be_visible()
    expect(why).to_be_focused()
    looks_good(page)
    why.fill("Nobody <b>needs</b> it")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"1 of your {len(labels)} grants is decided")).to_be_visible()
    for label in labels[1:]:
        decision(page, label).get_by_text("Keep").click()
    expect(finish).to_be_enabled()
    finish.click()
    expect(page.get_by_text("Your part is finished.")).to_be_visible()
    expect(page.get_by_role("button", name="Finish the review")).to_be_disabled()
    looks_good(page)

    page = page_of(erin)
    page.goto(reverse("review", kwargs={"pk": review.pk}))
    page.get_by_role("checkbox", name="Select this page").check()
    page.get_by_role("button", name="Revoke these…").click()
    page.get_by_role("textbox", name="Why").fill("Not in use")
    looks_good(page)
    page.get_by_role("button", name="Revoke them").click()
    page.get_by_role("button", name="Finish your part").click()
    expect(page.get_by_text("Your part is finished.")).to_be_visible()

    page = page_of(alice)
    page.goto(reverse("review", kwargs={"pk": review.pk}))
    page.get_by_role("link", name="Finish the review…").click()
    looks_good(page)
    page.get_by_role("button", name="Finish the review").click()
    expect(page.get_by_role("heading", name="Report: access review Q4 2026", exact=True)).to_be_visible()
    expect(page.get_by_text("Sealed.", exact=True)).to_be_visible()
    looks_good(page)
    change = Change.objects.get()
    page.get_by_role("link", name=f"Change {change.pk}", exact=True).click()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("main").get_by_text("Applied", exact=True).first).to_be_visible()
    assert change.steps.exclude(state="done").count() == 0
    audit.seal()
    assert audit.verify() == []
