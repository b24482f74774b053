"""Real workers at the outbox: killed between sending and noting, two at once, and with a broker that loses messages."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from accounts.models import AwsAccount, Operator
from notifications import outbox, sending, services
from notifications.kinds import chosen_for_routes
from notifications.models import Delivery, NotificationRoute
from notifications.telling import tell
from tests.conftest import make_operator
from tests.faults import children
from tests.services.receiver import Receiver, receiving

pytestmark = [pytest.mark.stack, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with receiving() as running:
        settings.OUTGOING_ALLOWED = [running.url]
        yield running


@pytest.fixture
def route(aws_account: AwsAccount, alice: Operator, receiver: Receiver) -> NotificationRoute:
    choices = {each.name: "at_once" for each in chosen_for_routes()}
    made = NotificationRoute(aws_account=aws_account, name="Bot", channel="webhook", choices=choices)
    return services.make_route(route=made, address=f"{receiver.url}/", actor=alice)


def told(aws_account: AwsAccount, count: int = 1) -> None:
    for _ in range(count):
        tell("pull.failed", aws_account=aws_account, title="A pull failed")


def die_before_noting(_: int) -> None:
    pytest.MonkeyPatch().setattr(outbox, "note", lambda *said: os.kill(os.getpid(), signal.SIGKILL))
    outbox.work()


def die_before_sending(_: int) -> None:
    pytest.MonkeyPatch().setattr(sending, "send", lambda *said: os.kill(os.getpid(), signal.SIGKILL))
    outbox.work()


@pytest.mark.parametrize(("die", "before"), [(die_before_noting, 1), (die_before_sending, 0)])
def test_a_webhook_is_accepted_once_whenever_the_worker_was_killed(
    aws_account: AwsAccount, route: NotificationRoute, receiver: Receiver, die: Any, before: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    told(aws_account)
    assert children.killed(0, "", work=die)
    assert (len(receiver.received), Delivery.objects.get().state) == (before, "sending")
    outbox.wake_due()
    assert outbox.work() == 0  # whoever has it may be slow
    monkeypatch.setattr(outbox, "CLAIM_HOLDS", timedelta())
    outbox.wake_due()
    assert outbox.work() == 1
    assert Delivery.objects.get().state == "delivered"
    assert (len(receiver.received), len(receiver.accepted_once)) == (before + 1, 1)


def test_a_mail_that_a_killed_worker_had_is_of_unknown_outcome(
    aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = make_operator("bob", None, None)
    services.test_own(actor=operator)
    assert children.killed(0, "", work=die_before_noting)
    monkeypatch.setattr(outbox, "CLAIM_HOLDS", timedelta())
    outbox.wake_due()
    assert outbox.work() == 0
    assert (Delivery.objects.get().state, mail.outbox) == ("unknown", [])


def test_two_workers_send_each_message_once(
    aws_account: AwsAccount, route: NotificationRoute, receiver: Receiver
) -> None:
    told(aws_account, 20)
    workers = [children.start(0, work=lambda _: outbox.work()) for _ in range(2)]
    assert all(children.ended(pid) for pid in workers)
    assert len(receiver.received) == len(receiver.accepted_once) == 20
    assert set(Delivery.objects.values_list("state", "tries")) == {("delivered", 1)}
