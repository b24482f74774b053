"""The routes of an AWS account: made, changed, tested, rotated and removed by its owners, and by nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import resealing
from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from iamconsole.sealing import CannotUnseal
from notifications import outbox, services
from notifications.models import Delivery, NotificationRoute, NotifiedEvent, OperatorNotifications
from notifications.sending import opened
from tests.conftest import make_operator
from tests.notifications.conftest import MakeRoute
from tests.notifications.forms import filled_in
from tests.services.pages import address, get, text_of
from tests.services.receiver import Receiver, status

pytestmark = pytest.mark.django_db

SECRET_PATH = "https://hooks.slack.com/services/T000/B000/XXXXSECRETXXXX"


def form_of(client: Client, **more: str) -> dict[str, str]:
    return {**filled_in(get(client, "notification_route_make")), "name": "Team", "channel": "webhook", **more}


def make(client: Client, **more: str) -> Any:
    return client.post(address("notification_route_make"), form_of(client, **more))


def test_an_owner_makes_a_route_and_tests_it(alices: Client, receiver: Receiver) -> None:
    answer = make(alices, address=f"{receiver.url}/hook")
    route = NotificationRoute.objects.get()
    assert answer["Location"] == address("notification_route", pk=str(route.pk))
    assert set(route.choices.values()) == {"at_once"}
    alices.post(address("notification_route_test", pk=str(route.pk)))
    outbox.work()
    assert len(receiver.received) == 1
    page = text_of(get(alices, "notification_routes"))
    assert "Team" in page and "Test message of IAM Console" in page and "Accepted" in page


@pytest.mark.parametrize(
    ("channel", "typed", "says"),
    [
        ("webhook", "http://hooks.example.org/", "has to begin with https://"),
        ("webhook", "https://127.0.0.1/", "The host is this machine"),
        ("webhook", "https://user:pass@hooks.example.org/", "Leave out a user name"),
        ("slack", "someone@example.org", "beginning with https://"),
        ("mail", "https://hooks.example.org/", "valid email address"),
        ("webhook", "", "required"),
    ],
)
def test_an_address_that_wont_do_is_said_and_nothing_typed_is_lost(
    alices: Client, channel: str, typed: str, says: str
) -> None:
    form = form_of(alices, channel=channel, address=typed, name="Pager", when_drift_found="digest")
    answer = alices.post(address("notification_route_make"), form)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert says in text_of(page)
    assert {name: filled_in(page).get(name, "") for name in form} == form
    assert not NotificationRoute.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("quiet_from", "22:00", "fill in both, or neither"),
        ("digest_at", "25:00", "Enter a valid time"),
        ("time_zone", "Mars/Olympus", "not one of the available choices"),
        ("when_drift_found", "hourly", "not one of the available choices"),
        ("name", "a\nb", "one line"),
        ("name", "a" * 81, "at most 80 characters"),
    ],
)
def test_what_else_wont_do(alices: Client, field: str, typed: str, says: str) -> None:
    answer = make(alices, address="https://hooks.example.org/", **{field: typed})
    assert answer.status_code == 422
    assert says in text_of(answer.content.decode())


def test_two_of_one_name_are_refused(alices: Client) -> None:
    make(alices, address="https://hooks.example.org/")
    answer = make(alices, address="https://hooks.example.org/")
    assert "A route of this AWS account has this name." in text_of(answer.content.decode())


def test_so_many_and_no_more(alices: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_ROUTES", 1)
    make(alices, address="https://hooks.example.org/")
    answer = make(alices, address="https://hooks.example.org/", name="Another")
    assert "has 1 routes at most" in text_of(answer.content.decode())


# ---- What is secret ----------------------------------------------------------------------------------------------
def test_the_address_is_nowhere_to_be_read(alices: Client, alice: Operator) -> None:
    make(alices, address=SECRET_PATH, channel="slack")
    route = NotificationRoute.objects.get()
    assert opened(route, route.address) == SECRET_PATH
    pages = get(alices, "notification_routes") + get(alices, "notification_route", pk=str(route.pk))
    assert "https://hooks.slack.com" in pages and "XXXXSECRETXXXX" not in pages
    assert "XXXXSECRETXXXX" not in repr(list(NotificationRoute.objects.values()))
    trail = repr([(entry.data, entry.object_name, entry.reason) for entry in AuditEntry.objects.all()])
    assert "hooks" not in trail and "Team" not in trail


def test_the_secret_is_shown_once(alices: Client) -> None:
    make(alices, address="https://hooks.example.org/")
    route = NotificationRoute.objects.get()
    url = address("notification_secret", pk=str(route.pk))
    answer = alices.post(url)
    [secret] = set(re.findall(r"whsec_[\w+/=]+", answer.content.decode()))
    assert secret == opened(route, route.secret)
    assert "no-store" in answer["Cache-Control"]
    again = alices.post(url, follow=True).content.decode()
    assert "whsec_" not in again and "The secret was shown before." in again
    alices.post(address("notification_secret_rotate", pk=str(route.pk)))
    newer = alices.post(url).content.decode()
    assert "whsec_" in newer and secret not in newer
    assert "End the former secret now" in get(alices, "notification_route", pk=str(route.pk))
    alices.post(address("notification_secret_end", pk=str(route.pk)))
    route.refresh_from_db()
    assert (route.former_secret, route.former_until) == ("", None)
    verbs = list(AuditEntry.objects.filter(verb__contains="secret").order_by("pk").values_list("verb", flat=True))
    assert verbs == [
        "notifications.secret_shown",
        "notifications.secret_rotated",
        "notifications.secret_shown",
        "notifications.former_secret_ended",
    ]


def test_what_is_sealed_is_bound_to_its_route_and_sealed_again_with_the_keys(
    alices: Client, make_route: MakeRoute, settings: Any
) -> None:
    first, second = make_route(), make_route(name="second")
    first.address = second.address
    with pytest.raises(CannotUnseal):
        opened(first, first.address)
    settings.SEAL_KEYS = ["newer", *settings.SEAL_KEYS]
    assert sum(batch.count for batch in resealing.reseal() if "notifications" in batch.kind) == 4
    settings.SEAL_KEYS = settings.SEAL_KEYS[:1]
    second.refresh_from_db()
    assert opened(second, second.address).endswith("/hook")


def test_what_cant_be_opened_keeps_nothing_else_from_being_sealed_again(make_route: MakeRoute, settings: Any) -> None:
    first, second = make_route(), make_route(name="second")
    NotificationRoute.objects.filter(pk=first.pk).update(address=second.address)
    settings.SEAL_KEYS = ["newer", *settings.SEAL_KEYS]
    assert sum(batch.count for batch in resealing.reseal() if "notifications" in batch.kind) == 3


# ---- Changing it -------------------------------------------------------------------------------------------------
def test_a_route_is_changed_and_its_address_stays(alices: Client, make_route: MakeRoute) -> None:
    route = make_route()
    typed = filled_in(get(alices, "notification_route", pk=str(route.pk)))
    assert typed["address"] == ""
    changed = {**typed, "name": "Pager", "when_drift_found": "off"}
    assert alices.post(address("notification_route", pk=str(route.pk)), changed).status_code == 302
    after = NotificationRoute.objects.get()
    assert (after.name, after.choices["drift.found"], after.address) == ("Pager", "off", route.address)
    entry = AuditEntry.objects.get(verb="notifications.route_changed")
    assert entry.data["what"] == "name, its events"
    off = {name: value for name, value in changed.items() if name != "is_on"}
    alices.post(address("notification_route", pk=str(route.pk)), off)
    assert not NotificationRoute.objects.get().is_on


def test_it_goes_with_what_waits_for_it(alices: Client, make_route: MakeRoute, alice: Operator) -> None:
    route = make_route()
    services.test_route(route=route, actor=alice)
    alices.post(address("notification_route_remove", pk=str(route.pk)))
    assert not NotificationRoute.objects.exists() and not Delivery.objects.exists()


def test_so_many_tests_and_no_more(alices: Client, make_route: MakeRoute) -> None:
    route = make_route()
    url = address("notification_route_test", pk=str(route.pk))
    for _ in range(services.MOST_TESTS):
        alices.post(url)
    assert "wait for a few minutes" in alices.post(url, follow=True).content.decode()
    assert Delivery.objects.count() == services.MOST_TESTS


def test_another_owner_keeps_it(alices: Client, alice: Operator, aws_account: AwsAccount, make_route: MakeRoute,
    client_of: Callable[..., Client]) -> None:  # fmt: skip
    route = make_route()
    Grant.objects.filter(operator=alice).delete()
    olives = client_of(make_operator("olive", Role.OWNER, aws_account))
    assert "Notifications don’t arrive: Signed webhook “webhook”" in text_of(get(olives, "overview"))
    assert "an owner has to keep it" in text_of(get(olives, "notification_route", pk=str(route.pk)))
    olives.post(address("notification_route_keep", pk=str(route.pk)))
    assert "an owner has to keep it" not in text_of(get(olives, "notification_route", pk=str(route.pk)))


# ---- Who may not -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["erin", "anton", "bob", "hal", "charlie"])
def test_others_can_make_none_and_reach_none(
    name: str, request: pytest.FixtureRequest, make_route: MakeRoute, client_of: Callable[..., Client], alices: Client
) -> None:
    route, form = make_route(), form_of(alices, address="https://evil.example.org/")
    client = client_of(request.getfixturevalue(name))
    for url_name in ("notification_route", "notification_secret", "notification_route_remove"):
        answer = client.post(address(url_name, pk=str(route.pk)), form)
        assert answer.status_code in (403, 404)
    assert client.post(address("notification_route_make"), form).status_code in (403, 404)
    route.refresh_from_db()
    assert (NotificationRoute.objects.count(), route.secret_shown_at) == (1, None)


def test_an_owner_of_another_aws_account_reaches_none_by_its_number(
    make_route: MakeRoute, other_account: AwsAccount, client_of: Callable[..., Client]
) -> None:
    route = make_route()
    client = client_of(make_operator("oscar", Role.OWNER, other_account))
    for account_id in (other_account.account_id, route.aws_account.account_id):
        url = address("notification_secret", account_id=account_id, pk=str(route.pk))
        assert client.post(url).status_code == 404


def test_what_is_posted_with_an_old_sign_in_waits_for_a_fresh_one(
    client_of: Callable[..., Client], alice: Operator, receiver: Receiver
) -> None:
    old = client_of(alice, ago=3600)
    answer = old.post(address("notification_route_make"), form_of(old, address=f"{receiver.url}/"))
    assert "reauthenticate" in answer["Location"] and not NotificationRoute.objects.exists()


# ---- Messages ----------------------------------------------------------------------------------------------------
def test_owners_see_messages_and_send_one_again(
    alices: Client, make_route: MakeRoute, receiver: Receiver, alice: Operator
) -> None:
    route = make_route()
    services.test_route(route=route, actor=alice)
    Delivery.objects.update(state="failed", said="It answered 500.", tries=10, ended_at=route.created_at)
    row = Delivery.objects.get()
    assert "It answered 500." in text_of(get(alices, "notification_messages", "?state=attention"))
    assert "Test message" not in text_of(get(alices, "notification_messages", "?state=delivered"))
    assert "Test message" in text_of(get(alices, "notification_messages", "?kind=notification.test&to=routes"))
    assert "Send it again" in get(alices, "notification_message", pk=str(row.pk))
    alices.post(address("notification_message_again", pk=str(row.pk)))
    outbox.work()
    assert len(receiver.received) == 1
    page = alices.post(address("notification_message_again", pk=str(row.pk)), follow=True).content.decode()
    assert "Only a message that failed, or of unknown outcome" in page


def test_more_routes_and_messages_take_no_more_queries(alices: Client, make_route: MakeRoute, alice: Operator) -> None:
    asked: dict[str, list[int]] = {"notification_routes": [], "notification_messages": []}
    for number in range(2):
        for name in (f"first {number}", f"second {number}"):
            services.test_route(route=make_route(name=name), actor=alice)
        for name, counts in asked.items():
            get(alices, name)
            with CaptureQueriesContext(connection) as queries:
                get(alices, name)
            counts.append(len(queries))
    assert all(first == second <= 10 for first, second in asked.values()), asked


def test_a_dead_address_is_known_to_owners(alices: Client, bob: Operator, make_route: MakeRoute) -> None:
    row = OperatorNotifications.objects.create(operator=bob, failed_as="No such user.")
    assert "doesn’t arrive" not in text_of(get(alices, "notification_routes"))
    OperatorNotifications.objects.update(failing_since=bob.date_joined)
    assert f"Operators whose mail doesn’t arrive Bob {bob.email}" in text_of(get(alices, "notification_routes"))
    assert row.operator == bob


def test_a_route_that_fails_is_on_the_overview(
    alices: Client, make_route: MakeRoute, receiver: Receiver, alice: Operator
) -> None:
    route = make_route()
    receiver.answers.append(status(500))
    services.test_route(route=route, actor=alice)
    outbox.work()
    assert "Nothing has arrived since just now: It answered 500." in text_of(get(alices, "overview"))
    assert f"/notifications/{route.pk}/" in get(alices, "overview")


def test_a_name_from_aws_is_no_html_and_its_unseen_characters_are_numbers(
    alices: Client, aws_account: AwsAccount, make_route: MakeRoute, receiver: Receiver
) -> None:
    route = make_route(name="<script>alert(1)</script>")
    now = route.created_at
    event = NotifiedEvent.objects.create(
        kind="drift.found", aws_account=aws_account, title="role <b>a\u202eb</b>", data={"revisions": []}, at=now
    )
    Delivery.objects.create(
        event=event, route=route, message_id="msg_1", by_kind="drift.found", created_at=now, not_before=now
    )
    page = get(alices, "notification_routes") + get(alices, "notification_messages")
    assert "<b>a" not in page and "<script>alert" not in page and "\u202e" not in page
    assert connection.is_usable()
