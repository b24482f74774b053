"""My notifications: what one chooses, and what was sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Grant, Operator
from notifications import outbox, services
from notifications.models import Delivery, OperatorNotifications
from tests.notifications.forms import own_form
from tests.services.pages import text_of

pytestmark = pytest.mark.django_db

OWN = "/notifications/"


def look(client: Client, url: str = OWN) -> str:
    return text_of(client.get(url).content.decode())


def test_what_was_never_chosen_is_the_default_and_nothing_is_written(bobs: Client) -> None:
    form = own_form(bobs)
    assert (form["when_approval_wanted"], form["when_drift_found"]) == ("at_once", "off")
    assert not OperatorNotifications.objects.exists()


def test_one_chooses(bobs: Client, bob: Operator, aws_account: AwsAccount) -> None:
    chosen = {
        **own_form(bobs),
        "when_drift_found": "digest",
        "quiet_from": "22:00",
        "quiet_until": "07:00",
        "time_zone": "Europe/Berlin",
        "weekly_report": "on",
        "aws_accounts": str(aws_account.pk),
    }
    assert bobs.post(OWN, chosen).status_code == 302
    row = OperatorNotifications.objects.get(operator=bob)
    assert (row.choices["drift.found"], row.time_zone, list(row.aws_accounts.all())) == (
        "digest",
        "Europe/Berlin",
        [aws_account],
    )
    assert row.weekly_at is not None
    bobs.post(OWN, {name: value for name, value in chosen.items() if name != "weekly_report"})
    row.refresh_from_db()
    assert row.weekly_at is None


def test_another_aws_account_can_neither_be_seen_nor_chosen(
    bobs: Client, other_account: AwsAccount, aws_account: AwsAccount
) -> None:
    assert "Other" not in look(bobs)
    answer = bobs.post(OWN, {**own_form(bobs), "aws_accounts": str(other_account.pk)})
    assert answer.status_code == 422


def test_one_that_was_chosen_and_cant_be_seen_any_more_stays_chosen(
    bobs: Client, bob: Operator, aws_account: AwsAccount, other_account: AwsAccount
) -> None:
    row = OperatorNotifications.objects.create(operator=bob)
    row.aws_accounts.set([aws_account, other_account])
    bobs.post(OWN, {**own_form(bobs), "aws_accounts": str(aws_account.pk)})
    assert set(row.aws_accounts.all()) == {aws_account, other_account}


def test_a_form_that_is_refused_keeps_what_was_typed(bobs: Client) -> None:
    answer = bobs.post(OWN, {**own_form(bobs), "quiet_until": "07:00", "when_drift_found": "digest"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Quiet hours have a beginning and an end" in page and 'value="07:00"' in page
    assert '<option value="digest" selected>' in page


def test_a_test_message_and_what_became_of_it(bobs: Client, bob: Operator) -> None:
    for _ in range(services.MOST_TESTS + 1):
        page = bobs.post(f"{OWN}test/", follow=True).content.decode()
    assert "wait for a few minutes" in page
    outbox.work()
    assert {message.to[0] for message in mail.outbox} == {bob.email}
    assert "Test message of IAM Console" in look(bobs) and "Accepted" in look(bobs, f"{OWN}messages/")


def test_ones_messages_are_ones_own(
    bobs: Client, bob: Operator, erin: Operator, client_of: Callable[..., Client]
) -> None:
    services.test_own(actor=bob)
    row = Delivery.objects.get()
    Delivery.objects.update(state="unknown", said="The connection broke off.")
    erins = client_of(erin)
    page, again = (reverse(name, args=[row.pk]) for name in ("own_message", "own_message_again"))
    assert (erins.get(page).status_code, erins.post(again).status_code) == (404, 404)
    assert "No messages yet" in look(erins, f"{OWN}messages/")
    assert "Nobody knows whether it arrived." in look(bobs, page)
    bobs.post(again)
    outbox.work()
    assert [message.to for message in mail.outbox] == [[bob.email]]


def test_a_dead_address_is_said_to_whom_it_is(bobs: Client, bob: Operator) -> None:
    OperatorNotifications.objects.create(
        operator=bob, failing_since=bob.date_joined, failed_as="The mail server doesn’t take mail for this address."
    )
    assert f"Nothing has arrived at {bob.email} since" in look(bobs)


def test_who_has_no_grant_has_a_page_too(charlie: Operator, client_of: Callable[..., Client]) -> None:
    client = client_of(charlie)
    assert client.post(OWN, own_form(client)).status_code == 302
    assert not Grant.objects.filter(operator=charlie).exists()
