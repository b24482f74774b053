"""Messages on their way: at least once, under one id, tried again with growing pauses, and what stands in the way."""

from __future__ import annotations

import json
import smtplib
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core import mail
from django.db.models import Q
from django.utils import timezone

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from iamconsole import clock
from notifications import outbox, services
from notifications.channels.message import Outcome, Result
from notifications.claims import PAUSES, claim, note
from notifications.models import Delivery, NotificationRoute, NotifiedEvent, OperatorNotifications
from notifications.sending import opened
from notifications.signing import signature
from notifications.telling import tell
from tests.conftest import make_operator
from tests.notifications.conftest import MakeRoute
from tests.services.receiver import Receiver, status

pytestmark = pytest.mark.django_db

FAILED_PULL, DRIFT = "pull.failed", "drift.found"


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Sets the clock on by as much."""
    ahead = [timedelta()]
    monkeypatch.setattr(clock, "now", lambda: timezone.now() + ahead[0])

    def go_on(by: timedelta) -> None:
        ahead[0] += by

    return go_on


GoOn = Callable[[timedelta], None]


def told(aws_account: AwsAccount, kind: str = FAILED_PULL, **more: Any) -> None:
    tell(kind, aws_account=aws_account, title="A pull failed", text="Look at it.", path="/a/", **more)


def subscribed(operator: Operator, **more: Any) -> OperatorNotifications:
    choices = {FAILED_PULL: "at_once", **more.pop("choices", {})}
    return OperatorNotifications.objects.create(operator=operator, choices=choices, **more)


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def lose(handler: BaseHTTPRequestHandler) -> None:
    """It has the message, and its answer doesn't arrive."""


# ---- Webhooks ----------------------------------------------------------------------------------------------------
def test_a_receiver_that_drops_ids_that_it_knows_has_it_once(
    aws_account: AwsAccount, make_route: MakeRoute, receiver: Receiver, now: GoOn, settings: Any
) -> None:
    """The first delivery failed, and the answer to the second was lost."""
    settings.CONSOLE_URL = "https://console.example.org"
    route = make_route()
    receiver.answers += [status(500), lose]
    told(aws_account, data={"pull": 7})
    outbox.work()
    assert (states(), Delivery.objects.get().said) == (["waiting"], "It answered 500.")
    for pause in PAUSES[:2]:
        now(pause)
        outbox.work()
    assert states() == ["delivered"]
    first, *others = receiver.received
    assert len(others) == 2 and len(receiver.accepted_once) == 1
    assert {each.headers["webhook-id"] for each in receiver.received} == {Delivery.objects.get().message_id}
    secret = opened(route, route.secret)
    for each in receiver.received:
        sent_at = int(each.headers["webhook-timestamp"])
        wanted = signature(secret, each.headers["webhook-id"], sent_at, each.body)
        assert each.headers["webhook-signature"] == wanted
    said = json.loads(first.body)
    assert (said["type"], said["data"]["pull"], said["data"]["aws_account"]["id"]) == (FAILED_PULL, 7, "123456789012")
    assert said["data"]["url"] == "https://console.example.org/a/"


def test_it_is_tried_for_three_days_and_then_has_failed_until_somebody_sends_it_again(
    aws_account: AwsAccount, make_route: MakeRoute, receiver: Receiver, now: GoOn, alice: Operator
) -> None:
    route = make_route()
    receiver.answers += [status(503)] * (len(PAUSES) + 1)
    told(aws_account)
    for pause in PAUSES:
        assert outbox.work() == 1
        assert outbox.work() == 0  # not before its time
        now(pause)
    outbox.work()
    row = Delivery.objects.get()
    assert (row.state, row.tries) == ("failed", len(PAUSES) + 1)
    assert sum(PAUSES, timedelta()) > timedelta(days=3)
    route.refresh_from_db()
    assert (route.failed_as, route.failing_since is not None) == ("It answered 503.", True)
    services.send_again(delivery=row, actor=alice)
    outbox.work()
    assert states() == ["delivered"]
    route.refresh_from_db()
    assert (route.failed_as, route.failing_since) == ("", None)
    assert len({each.headers["webhook-id"] for each in receiver.received}) == 1


def test_a_server_that_is_busy_says_when(aws_account: AwsAccount, make_route: MakeRoute, receiver: Receiver) -> None:
    make_route()
    receiver.answers.append(status(429, Retry_After="7200"))
    told(aws_account)
    outbox.work()
    row = Delivery.objects.get()
    assert timedelta(minutes=119) < row.not_before - timezone.now() < timedelta(minutes=121)


def test_one_that_wants_no_more_is_turned_off(
    aws_account: AwsAccount, make_route: MakeRoute, receiver: Receiver
) -> None:
    route = make_route()
    receiver.answers.append(status(410))
    told(aws_account)
    told(aws_account)
    outbox.work()
    route.refresh_from_db()
    assert (route.is_on, route.off_because) == (False, "It answered 410: it wants no more messages.")
    assert states() == ["failed", "dropped"]
    told(aws_account)
    assert Delivery.objects.count() == 2


def test_a_redirect_to_this_machine_is_not_followed(
    aws_account: AwsAccount, make_route: MakeRoute, receiver: Receiver
) -> None:
    make_route()
    receiver.answers.append(status(307, Location="http://169.254.169.254/latest/"))
    told(aws_account)
    outbox.work()
    assert "redirects aren’t followed" in Delivery.objects.get().said
    assert len(receiver.received) == 1


def test_an_address_that_isnt_allowed_any_more_is_not_asked(
    aws_account: AwsAccount, make_route: MakeRoute, receiver: Receiver, settings: Any
) -> None:
    make_route()
    told(aws_account)
    settings.OUTGOING_ALLOWED = []
    outbox.work()
    assert receiver.received == []
    assert "begin with https" in Delivery.objects.get().said


def test_a_route_that_doesnt_answer_holds_nobody_up(
    aws_account: AwsAccount, make_route: MakeRoute, receiver: Receiver, bob: Operator
) -> None:
    """Of its messages one is tried in a turn; others go their way."""
    make_route()
    subscribed(bob)
    receiver.answers += [status(500)] * 5
    for _ in range(3):
        told(aws_account)
    outbox.work()
    assert len(receiver.received) == 1
    assert [message.to for message in mail.outbox] == [[bob.email]]


def test_both_secrets_sign_while_it_is_rotated(
    aws_account: AwsAccount, make_route: MakeRoute, receiver: Receiver, alice: Operator, now: GoOn
) -> None:
    route = make_route()
    former = opened(route, route.secret)
    services.rotate_secret(route=route, actor=alice)
    for _ in range(2):
        told(aws_account)
        outbox.work()
        now(services.FORMER_COUNTS)
    both, one = (each.headers["webhook-signature"].split() for each in receiver.received)
    assert (len(both), len(one)) == (2, 1)
    first = receiver.received[0]
    asked = first.headers["webhook-id"], int(first.headers["webhook-timestamp"]), first.body
    assert signature(former, *asked) == both[1]
    assert services.forget_former_secrets() == 1


@pytest.mark.parametrize("channel", ["slack", "teams"])
def test_what_a_chat_gets(
    aws_account: AwsAccount, make_route: MakeRoute, receiver: Receiver, channel: str, settings: Any
) -> None:
    """What was due together is one message, and nothing that AWS says formats it."""
    settings.CONSOLE_URL = "https://console.example.org"
    make_route(channel)
    tell(FAILED_PULL, aws_account=aws_account, title="*bold* <!channel> & [a](http://b)", path="/a/")
    told(aws_account)
    outbox.work()
    [got] = receiver.received
    assert "webhook-signature" not in got.headers
    said = json.loads(got.body)
    if channel == "slack":
        assert said["text"] == "IAM Console: 2 notifications"
        assert said["blocks"][0]["text"] == {"type": "plain_text", "text": "*bold* <!channel> & [a](http://b)"}
        assert said["blocks"][1]["text"]["text"] == "<https://console.example.org/a/|Open>"
    else:
        card = said["attachments"][0]["content"]
        assert card["body"][1]["text"] == r"\*bold\* <!channel> & \[a\](http://b)"
        assert card["actions"][0]["url"] == "https://console.example.org/a/"


# ---- E-mail ------------------------------------------------------------------------------------------------------
def test_a_mail_server_that_is_down_for_a_day(
    aws_account: AwsAccount, bob: Operator, erin: Operator, settings: Any, now: GoOn
) -> None:
    """One connection is tried in a turn, everything goes out when it is back, and no address is called dead."""
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    subscribed(bob)
    subscribed(erin)
    told(aws_account)
    for _ in range(24 * 4):
        assert outbox.work() <= 1
        now(timedelta(minutes=15))
    assert states() == ["waiting", "waiting"]
    settings.EMAIL_BACKEND = working
    now(max(PAUSES))
    outbox.work()
    assert sorted(message.to[0] for message in mail.outbox) == [bob.email, erin.email]
    assert not OperatorNotifications.objects.exclude(failing_since=None).exists()


class BrokenBackend:
    """A mail server that ends what `error` says."""

    error: Exception = smtplib.SMTPServerDisconnected("Connection unexpectedly closed")

    def __init__(self, **how: Any) -> None:
        pass

    def open(self) -> None:
        pass

    def close(self) -> None:
        pass

    def send_messages(self, messages: list[Any]) -> int:
        raise self.error


@pytest.fixture
def broken(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Exception], None]]:
    settings.EMAIL_BACKEND = f"{__name__}.BrokenBackend"
    yield lambda error: monkeypatch.setattr(BrokenBackend, "error", error)


@pytest.mark.parametrize("error", [smtplib.SMTPServerDisconnected("closed"), TimeoutError(), ConnectionResetError()])
def test_a_mail_of_unknown_outcome_is_shown_and_not_sent_again_by_itself(
    aws_account: AwsAccount, bob: Operator, broken: Callable[[Exception], None], settings: Any, now: GoOn,
    error: Exception,
) -> None:  # fmt: skip
    broken(error)
    subscribed(bob)
    told(aws_account)
    outbox.work()
    assert states() == ["unknown"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    now(timedelta(days=5))
    outbox.wake_due()
    assert outbox.work() == 0
    services.send_again(delivery=Delivery.objects.get(), actor=bob)
    outbox.work()
    [message] = mail.outbox
    assert message.extra_headers["Message-ID"] == f"<{Delivery.objects.get().message_id}@localhost>"


def test_a_dead_address_is_known_until_a_mail_arrives(
    aws_account: AwsAccount, bob: Operator, broken: Callable[[Exception], None], settings: Any
) -> None:
    broken(smtplib.SMTPRecipientsRefused({bob.email: (550, b"5.1.1 no such user bob")}))
    subscribed(bob)
    told(aws_account)
    outbox.work()
    row = OperatorNotifications.objects.get()
    assert (states(), row.failed_as) == (["failed"], "The mail server doesn’t take mail for this address (code 550).")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    told(aws_account)
    outbox.work()
    row.refresh_from_db()
    assert (row.failing_since, row.failed_as) == (None, "")


def test_a_full_mailbox_is_tried_again(
    aws_account: AwsAccount, bob: Operator, broken: Callable[[Exception], None]
) -> None:
    broken(smtplib.SMTPRecipientsRefused({bob.email: (452, b"4.2.2 over quota")}))
    subscribed(bob)
    told(aws_account)
    outbox.work()
    assert states() == ["waiting"]


# ---- Workers that die --------------------------------------------------------------------------------------------
def test_a_worker_that_died_between_sending_and_noting(
    aws_account: AwsAccount, make_route: MakeRoute, receiver: Receiver, bob: Operator, now: GoOn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The webhook is sent again under its id; of the mail it is said that nobody knows."""
    make_route()
    subscribed(bob)
    told(aws_account)
    with monkeypatch.context() as dying:
        dying.setattr(outbox, "note", lambda message, outcome: None)
        outbox.work()
    assert sorted(states()) == ["sending", "sending"]
    now(outbox.CLAIM_HOLDS + timedelta(seconds=1))
    outbox.wake_due()
    outbox.work()
    assert Delivery.objects.get(operator=bob).state == "unknown"
    assert Delivery.objects.get(operator=None).state == "delivered"
    assert (len(receiver.received), len(receiver.accepted_once), len(mail.outbox)) == (2, 1, 1)


def test_a_slow_worker_may_still_say_how_a_mail_ended(
    aws_account: AwsAccount, bob: Operator, now: GoOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribed(bob)
    told(aws_account)
    late: list[Any] = []
    with monkeypatch.context() as slow:
        slow.setattr(outbox, "note", lambda *said: late.append(said))
        outbox.work()
    now(outbox.CLAIM_HOLDS * 2)
    outbox.wake_due()
    assert states() == ["unknown"]
    note(*late[0])
    assert states() == ["delivered"]


def test_who_lost_a_message_to_another_worker_notes_nothing_of_it(
    aws_account: AwsAccount, make_route: MakeRoute, receiver: Receiver, now: GoOn
) -> None:
    make_route()
    told(aws_account)
    late = claim(Q(pk=None))
    now(outbox.CLAIM_HOLDS * 2)
    outbox.wake_due()
    other = claim(Q(pk=None))
    assert late is not None and other is not None
    note(late, Outcome(Result.RETRY, "It answered 500."))
    assert (states(), Delivery.objects.get().tries) == (["sending"], 0)
    note(other, Outcome(Result.ACCEPTED))
    assert states() == ["delivered"]


@pytest.mark.parametrize("by", [timedelta(days=-2), timedelta(days=2)])
def test_a_clock_that_jumps_holds_no_claim_for_longer(
    aws_account: AwsAccount, make_route: MakeRoute, receiver: Receiver, now: GoOn, by: timedelta,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    make_route()
    told(aws_account)
    with monkeypatch.context() as dying:
        dying.setattr(outbox, "note", lambda message, outcome: None)
        outbox.work()
    now(by)
    outbox.wake_due()
    assert outbox.work() == 1
    assert states() == ["delivered"]


# ---- When, and together with what --------------------------------------------------------------------------------
def test_what_is_due_together_goes_as_one_mail(aws_account: AwsAccount, bob: Operator, now: GoOn) -> None:
    row = subscribed(bob, choices={FAILED_PULL: "digest"}, digest_at=time(8), time_zone="Europe/Berlin")
    for number in range(3):
        told(aws_account, data={"pull": number})
    assert outbox.work() == 0
    due = Delivery.objects.values_list("not_before", flat=True).distinct().get()
    assert due.astimezone(ZoneInfo("Europe/Berlin")).time() == time(8)
    now(due - timezone.now() + timedelta(seconds=1))
    assert outbox.work() == 1
    [message] = mail.outbox
    assert message.subject == "IAM Console: 3 notifications"
    assert states() == ["delivered"] * 3
    assert Delivery.objects.messages().count() == 1
    assert row.digest_at == time(8)


def test_quiet_hours_hold_back_what_isnt_urgent(
    aws_account: AwsAccount, bob: Operator, now: GoOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = datetime.fromisoformat("2026-11-29T23:00+00:00")
    now(start - timezone.now())
    subscribed(bob, quiet_from=time(22), quiet_until=time(7))
    told(aws_account)
    tell("change.emergency", aws_account=aws_account, title="Break-glass", data={"change": 0, "verb": ""}, to=[bob])
    monkeypatch.setattr("notifications.claims.why_not", lambda row: "")
    monkeypatch.setattr("sync.changes.notices._more", lambda event, operator: ())
    outbox.work()
    assert [message.subject for message in mail.outbox] == ["Break-glass"]
    now(timedelta(hours=8))
    outbox.work()
    assert [message.subject for message in mail.outbox] == ["Break-glass", "A pull failed"]


def test_other_times_hold_for_what_waits(aws_account: AwsAccount, bob: Operator) -> None:
    row = subscribed(bob, choices={FAILED_PULL: "digest"}, digest_at=time(8))
    told(aws_account)
    row.digest_at = time(18, 30)
    services.save_choices(choices=row, aws_accounts=[], actor=bob)
    assert Delivery.objects.get().not_before.time() == time(18, 30)


# ---- Grants, again -----------------------------------------------------------------------------------------------
def test_who_lost_their_grant_hears_nothing(aws_account: AwsAccount, bob: Operator) -> None:
    subscribed(bob)
    told(aws_account)
    Grant.objects.filter(operator=bob).delete()
    outbox.work()
    assert (states(), mail.outbox) == (["dropped"], [])
    assert Delivery.objects.get().said == "The recipient no longer has the role that it takes."


def test_whom_a_deactivated_or_helpdesk_operator_is(aws_account: AwsAccount, bob: Operator, hal: Operator) -> None:
    """Helpdesk sees no IAM, whatever it chose; who was deactivated gets no mail."""
    subscribed(bob)
    subscribed(hal)
    told(aws_account)
    assert [row.operator for row in Delivery.objects.all()] == [bob]
    Operator.objects.filter(pk=bob.pk).update(is_active=False)
    outbox.work()
    assert states() == ["dropped"]


def test_of_another_aws_account_nobody_hears(
    aws_account: AwsAccount, other_account: AwsAccount, bob: Operator, make_route: MakeRoute
) -> None:
    make_route()
    subscribed(bob)
    told(other_account)
    assert not Delivery.objects.exists()


def test_only_the_chosen_aws_accounts(aws_account: AwsAccount, other_account: AwsAccount, olga: Operator) -> None:
    subscribed(olga).aws_accounts.set([other_account])
    told(aws_account)
    told(other_account)
    assert [row.event.aws_account for row in Delivery.objects.all()] == [other_account]


def test_a_route_whose_keeper_left_is_kept_by_another_owner_first(
    aws_account: AwsAccount, make_route: MakeRoute, receiver: Receiver, alice: Operator
) -> None:
    route = make_route()
    told(aws_account)
    Grant.objects.filter(operator=alice).update(role=Role.EDITOR)
    outbox.work()
    assert (states(), receiver.received) == (["dropped"], [])
    another = make_operator("olive", Role.OWNER, aws_account)
    services.keep_route(route=route, actor=another)
    told(aws_account)
    outbox.work()
    assert len(receiver.received) == 1


def test_one_that_was_turned_off_meanwhile(aws_account: AwsAccount, bob: Operator) -> None:
    row = subscribed(bob)
    told(aws_account)
    told(aws_account)
    row.choices = {FAILED_PULL: "off"}
    row.save()
    outbox.work()
    assert states() == ["dropped", "dropped"]


@pytest.mark.parametrize(
    ("least", "severity", "is_told"),
    [("critical", "high", False), ("critical", "critical", True), ("high", "high", True), ("low", "low", True)],
)
def test_findings_from_a_severity_on(
    aws_account: AwsAccount, bob: Operator, least: str, severity: str, is_told: bool
) -> None:
    subscribed(bob, choices={"finding.new": "at_once"}, least_severity=least)
    tell("finding.new", aws_account=aws_account, title="1 new finding", severity=severity)
    assert Delivery.objects.exists() is is_told


def test_what_has_a_key_is_told_once(aws_account: AwsAccount, bob: Operator) -> None:
    subscribed(bob)
    told(aws_account, key="a")
    told(aws_account, key="a")
    assert NotifiedEvent.objects.count() == 1


def test_a_kind_that_no_app_has_any_more_holds_nobody_up(aws_account: AwsAccount, bob: Operator) -> None:
    subscribed(bob)
    told(aws_account)
    NotifiedEvent.objects.update(kind="gone.away")
    Delivery.objects.update(by_kind="gone.away")
    told(aws_account)
    outbox.work()
    assert states() == ["dropped", "delivered"]


def test_what_is_old_is_forgotten(aws_account: AwsAccount, bob: Operator, now: GoOn) -> None:
    subscribed(bob)
    told(aws_account)
    outbox.work()
    told(aws_account)
    now(timedelta(days=settings.KEEP_MESSAGES_DAYS + 1))
    outbox.forget_old()
    assert states() == ["waiting"]


def test_a_route_that_cant_be_opened_is_said(
    aws_account: AwsAccount, make_route: MakeRoute, receiver: Receiver
) -> None:
    """Its row was given another's address by whoever writes the database."""
    route, other = make_route(), make_route(name="other", is_on=False)
    NotificationRoute.objects.filter(pk=route.pk).update(address=other.address)
    told(aws_account)
    outbox.work()
    assert "can’t be opened" in Delivery.objects.get().said
    assert receiver.received == []
