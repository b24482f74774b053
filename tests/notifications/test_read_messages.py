"""Who reads what of a message: what happened in AWS accounts that the reader may not see isn't said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from notifications import outbox
from notifications.models import Delivery, NotifiedEvent, OperatorNotifications
from notifications.telling import tell
from tests.services.pages import address, exported, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
KIND, OTHER_KIND = "pull.failed", "drift.found"


def happened(aws_account: AwsAccount, title: str) -> None:
    tell(KIND, aws_account=aws_account, title=title, text=f"{title}: more.", path="/a/")


@pytest.fixture
def both(bob: Operator, aws_account: AwsAccount, other_account: AwsAccount) -> Delivery:
    """One message to bob: of the other AWS account first, then of this one, twice."""
    Grant.objects.create(operator=bob, aws_account=other_account, role=Role.VIEWER)
    OperatorNotifications.objects.create(operator=bob, choices={KIND: "at_once"})
    happened(other_account, "Secret event")
    happened(aws_account, "Own event")
    happened(aws_account, "Own event too")
    Delivery.objects.update(not_before="2026-01-01T00:00:00Z")
    outbox.work()
    assert len(mail.outbox) == 1
    NotifiedEvent.objects.filter(title="Secret event").update(kind=OTHER_KIND)
    return Delivery.objects.messages().get()


def pages(client: Client, lists: str, one: str) -> list[str]:
    file = exported(client.get(f"{lists}?format=csv"))
    return [file, *(client.get(url).content.decode() for url in (lists, one))]


def test_owners_read_what_happened_in_their_aws_account(both: Delivery, alice: Operator, client_of: ClientOf) -> None:
    client = client_of(alice)
    one = address("notification_message", pk=str(both.pk))
    said = pages(client, address("notification_messages"), one)
    said.append(client.get(address("notification_routes")).content.decode())
    for page in said:
        assert "Own event" in page and "Secret event" not in page and "2 more" not in page
    assert "Own event (and 1 more)" in text_of(said[1])


def test_filters_find_no_more_than_is_read(both: Delivery, alice: Operator, client_of: ClientOf) -> None:
    url = address("notification_messages")
    found, none = (client_of(alice).get(url, {"kind": kind}).content.decode() for kind in (KIND, OTHER_KIND))
    assert "Own event" in found and "Own event" not in none


def test_a_message_about_elsewhere_alone_is_not_there(
    both: Delivery, alice: Operator, bob: Operator, other_account: AwsAccount, client_of: ClientOf
) -> None:
    happened(other_account, "Alone")
    alone = Delivery.objects.latest("pk")
    assert client_of(alice).get(address("notification_message", pk=str(alone.pk))).status_code == 404
    again = address("notification_message_again", pk=str(alone.pk))
    assert client_of(alice).post(again).status_code == 404


def test_whose_role_was_taken_away_reads_no_more_of_it(
    both: Delivery, bob: Operator, other_account: AwsAccount, client_of: ClientOf
) -> None:
    one, client = reverse("own_message", args=[both.pk]), client_of(bob)
    before = pages(client, reverse("own_messages"), one)
    assert all("Secret event" in page for page in before)
    Grant.objects.filter(operator=bob, aws_account=other_account).delete()
    for page in [*pages(client, reverse("own_messages"), one), client.get("/notifications/").content.decode()]:
        assert "Own event" in page and "Secret event" not in page


@pytest.mark.parametrize("role", [None, Role.HELPDESK])
def test_what_was_never_sent_for_want_of_a_role_has_no_title(
    role: Role | None, both: Delivery, bob: Operator, aws_account: AwsAccount, client_of: ClientOf
) -> None:
    """Helpdesk sees people, and nothing of pulls."""
    happened(aws_account, "Later event")
    Grant.objects.filter(operator=bob).delete()
    if role:
        Grant.objects.create(operator=bob, aws_account=aws_account, role=role)
        Authenticator.objects.create(user=bob, type=Authenticator.Type.TOTP, data={"secret": "unused"})
    Delivery.objects.update(not_before="2026-01-01T00:00:00Z")
    outbox.work()
    later = Delivery.objects.latest("pk")
    assert later.state == Delivery.State.DROPPED
    client = client_of(bob)
    assert "No messages yet" in text_of(client.get(reverse("own_messages")).content.decode())
    for pk in (later.pk, both.pk):
        assert client.get(reverse("own_message", args=[pk])).status_code == 404
