"""Through the pages of notifications: a webhook is made and accepted once; an operator chooses for themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import AwsAccount, Operator
from notifications import outbox
from notifications.models import Delivery, NotificationRoute, OperatorNotifications
from notifications.signing import signature
from notifications.telling import tell
from tests.services.browser import LOOKS, axe_violations, scrolls_sideways
from tests.services.receiver import Receiver, receiving, status

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with receiving() as running:
        settings.OUTGOING_ALLOWED = [running.url]
        yield running


def looks_right(page: Page) -> None:
    for width, theme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        assert not scrolls_sideways(page, width)
        assert axe_violations(page) == []
    page.set_viewport_size({"width": 320, "height": 900})
    assert not scrolls_sideways(page, 320)
    page.set_viewport_size({"width": 1440, "height": 900})


def test_an_owner_makes_a_webhook_that_is_accepted_once(
    page_of: Callable[..., Page], alice: Operator, aws_account: AwsAccount, receiver: Receiver
) -> None:
    page = page_of(alice)
    page.goto(aws_account.get_absolute_url())
    page.get_by_role("link", name="Routes and messages").click()
    looks_right(page)
    page.get_by_role("link", name="Make a route").click()
    looks_right(page)
    page.get_by_label("Name", exact=True).fill("Incident bot")
    page.get_by_label("Name", exact=True).press("Tab")  # by the keyboard: the channel, then the address
    page.keyboard.press("Tab")
    page.keyboard.type(f"{receiver.url}/hook")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Incident bot", exact=True)).to_be_visible()
    looks_right(page)

    page.get_by_role("button", name="Show the secret").click()
    secret = page.get_by_text(re.compile("^whsec_")).inner_text()
    looks_right(page)
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("isn’t shown again")).to_be_visible()
    page.get_by_role("button", name="Send a test message").click()
    receiver.answers.append(status(500))
    outbox.work()

    page.get_by_role("link", name="Notifications").click()
    expect(page.get_by_text("Waiting for another try")).to_be_visible()
    expect(page.get_by_text("Doesn’t arrive")).to_be_visible()
    page.get_by_role("link", name="All messages").click()
    looks_right(page)
    page.get_by_role("link", name="Test message of IAM Console").click()
    expect(page.get_by_text("It answered 500.")).to_be_visible()
    Delivery.objects.update(not_before=timezone.now())
    outbox.work()
    page.reload()
    expect(page.get_by_text("Accepted").first).to_be_visible()
    looks_right(page)
    [body] = receiver.accepted_once
    assert len(receiver.received) == 2
    for got in receiver.received:
        sent = got.headers["webhook-id"], int(got.headers["webhook-timestamp"]), body
        assert got.headers["webhook-signature"] == signature(secret, *sent)

    route = NotificationRoute.objects.get()
    page.goto(f"/aws/{aws_account.account_id}/notifications/{route.pk}/")
    page.get_by_role("button", name="Make a new secret").click()
    expect(page.get_by_role("button", name="End the former secret now")).to_be_visible()
    page.get_by_role("button", name="Remove Incident bot").click()
    expect(page.get_by_text("No route yet")).to_be_visible()


def test_an_operator_chooses_what_they_are_told(
    page_of: Callable[..., Page], bob: Operator, aws_account: AwsAccount
) -> None:
    page = page_of(bob)
    page.goto("/auth/2fa/")
    page.get_by_role("link", name="Choose").click()
    looks_right(page)
    page.get_by_label("Pulls that fail").select_option("In the digest")
    page.get_by_label("New findings").select_option("At once")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_label("Quiet from").fill("22:00")
    page.get_by_label("Send me a report on Mondays").check()
    page.get_by_label("Quiet until").fill("07:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your choices are kept.")).to_be_visible()
    row = OperatorNotifications.objects.get()
    assert (row.choices["pull.failed"], row.time_zone, row.weekly_report) == ("digest", "Europe/Berlin", True)

    tell("pull.failed", aws_account=aws_account, title="A pull failed: Acme", text="Look at it.")
    Delivery.objects.update(not_before=timezone.now())
    OperatorNotifications.objects.update(quiet_from=None, quiet_until=None)
    outbox.work()
    assert [message.subject for message in mail.outbox] == ["A pull failed: Acme"]
    page.reload()
    page.get_by_role("link", name="A pull failed: Acme").click()
    expect(page.get_by_text("Look at it.")).to_be_visible()
    looks_right(page)
