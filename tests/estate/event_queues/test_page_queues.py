"""The page of an AWS account's queues of events: an owner enters one, tries it, sees how it goes, ends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount
from emulator.process import Emulator
from sync.event_queues.waking import wake_due
from sync.models import EventQueue, ObjectHint, ReceivedEvent
from tests.infrastructure.parsed import template
from tests.services.event_queues import NAME, made_queue

pytestmark = pytest.mark.django_db
URL = f"https://sqs.us-east-1.amazonaws.com/123456789012/{NAME}"
PAGE = "/aws/123456789012/events/"


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_an_owner_enters_a_queue_and_it_is_audited(alices: Client, aws_account: AwsAccount) -> None:
    assert "There is none: changes show with the next pull" in text(alices.get(PAGE))
    response = alices.post(f"{PAGE}enter/", {"url": URL}, follow=True)
    assert f"Events are taken from {NAME} in us-east-1 from now on" in text(response)
    assert "Waits for a worker" in text(response)
    queue = EventQueue.objects.get()
    assert (queue.region, queue.name, str(queue.made_by)) == ("us-east-1", NAME, "Alice")
    assert AuditEntry.objects.get(verb="events.queue_entered").data == {"queue": NAME, "region": "us-east-1"}


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "Enter the URL that the stack has"),
        ("queue", "Enter the queue’s URL, such as https://sqs.us-east-1"),
        (URL.replace("123456789012", "999999999999"), "This queue is in AWS account 999999999999"),
        (URL.replace(NAME, "orders"), "begin with iam-console-"),
        ("x" * 400, "at most 300"),
    ],
)
def test_what_is_no_queue_is_refused_and_what_was_typed_stays(
    alices: Client, aws_account: AwsAccount, url: str, why: str
) -> None:
    response = alices.post(f"{PAGE}enter/", {"url": url})
    assert response.status_code == 422
    assert why in text(response)
    assert f'value="{url}"' in text(response) or not url
    assert not EventQueue.objects.exists()


def test_a_second_queue_of_a_region_is_refused(alices: Client, aws_account: AwsAccount) -> None:
    EventQueue.objects.create(aws_account=aws_account, region="us-east-1", name=NAME)
    response = alices.post(f"{PAGE}enter/", {"url": f"{URL}-2"})
    assert (response.status_code, "End that one first" in text(response)) == (422, True)


def test_it_is_tried_and_says_what_came(
    iam: Any, alices: Client, emulator: Emulator, aws_account: AwsAccount, settings: Any
) -> None:
    settings.AWS_RETRY_BASE_S = 0
    queue = made_queue(emulator, aws_account)
    trying = f"{PAGE}{queue.pk}/try/"
    assert "nothing waits in" in text(alices.post(trying, follow=True))
    iam.create_group(GroupName="auditors")
    page = text(alices.post(trying, follow=True))
    assert "1 message taken" in page
    assert "Works" in page
    assert "1 object</b> to be read again" in page or "1 object" in page
    emulator.rules([{"action": "ReceiveMessage", "error": {"code": "AccessDeniedException", "status": 403}}])
    page = text(alices.post(trying, follow=True))
    assert "was not asked" in page
    assert "Nothing is taken, since" in page
    assert "sqs:ReceiveMessage" in page
    assert AuditEntry.objects.filter(verb="events.queue_tried").count() == 3


def test_what_was_refused_and_a_queue_that_nobody_asks_are_said(alices: Client, aws_account: AwsAccount) -> None:
    now = timezone.now()
    EventQueue.objects.create(
        aws_account=aws_account,
        region="us-east-1",
        name=NAME,
        asked_at=now - timedelta(hours=1),
        refused=3,
        refused_why="It is no JSON.",
        refused_at=now,
    )
    page = text(alices.get(PAGE))
    assert "Not asked" in page
    assert "No worker has asked it for minutes" in page
    assert "It is no JSON." in page
    settings_page = text(alices.get(aws_account.get_absolute_url()))
    assert "Taken from 1 queue" in settings_page
    assert "1 queue isn’t asked" in settings_page


def test_ended_it_is_asked_no_more_and_what_was_personal_goes(alices: Client, aws_account: AwsAccount) -> None:
    now = timezone.now()
    queue = EventQueue.objects.create(aws_account=aws_account, region="us-east-1", name=NAME)
    ReceivedEvent.objects.create(aws_account=aws_account, event_id="1", at=now, received_at=now, record="{}")
    of = {"kind": "iam.user", "object_id": "AIDA1"}
    ObjectHint.objects.create(aws_account=aws_account, **of, hinted_at=now, newest_at=now, next_at=now)
    alices.post(f"{PAGE}{queue.pk}/end/")
    assert not EventQueue.objects.exists()
    assert not ObjectHint.objects.exists()
    assert ReceivedEvent.objects.get().record == ""
    assert AuditEntry.objects.filter(verb="events.queue_ended").count() == 1


def test_only_owners_of_that_aws_account_come_near(
    alices: Client, erins: Client, bobs: Client, aws_account: AwsAccount, other_account: AwsAccount
) -> None:
    queue = EventQueue.objects.create(aws_account=aws_account, region="us-east-1", name=NAME)
    others = EventQueue.objects.create(aws_account=other_account, region="us-east-1", name=NAME)
    for client in (erins, bobs):
        assert client.get(PAGE).status_code == 403
        assert client.post(f"{PAGE}enter/", {"url": f"{URL}-2"}).status_code == 403
        assert client.post(f"{PAGE}{queue.pk}/try/").status_code == 403
        assert client.post(f"{PAGE}{queue.pk}/end/").status_code == 403
    assert alices.post(f"{PAGE}{others.pk}/end/").status_code == 404
    assert alices.get(reverse("event_queues", kwargs={"account_id": other_account.account_id})).status_code == 404
    assert EventQueue.objects.count() == 2


def test_the_template_comes_for_a_region(alices: Client, aws_account: AwsAccount) -> None:
    response = alices.get(f"{PAGE}template/", {"region": "us-east-1", "services": ["cognito"]})
    assert 'filename="iam-console-events-us-east-1.yaml"' in response["Content-Disposition"]
    assert {"IamRule", "CognitoRule"} <= template(response.content.decode())["Resources"].keys()
    refused = alices.get(f"{PAGE}template/", {"region": "mars-1"})
    assert refused.status_code == 422


def test_of_an_imported_aws_account_there_are_none(alices: Client, aws_account: AwsAccount) -> None:
    AwsAccount.objects.update(connection=AwsAccount.Connection.SNAPSHOT)
    assert alices.get(PAGE).status_code == 403
    assert alices.get(aws_account.get_absolute_url()).status_code == 200


def test_that_of_an_aws_account_that_rests_is_left_alone_and_said_so(
    alices: Client, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it was refused before, and where nobody has asked it for long."""
    AwsAccount.objects.filter(pk=aws_account.pk).update(resting="suspended", rests_since=timezone.now())
    long_ago = timezone.now() - timedelta(days=1)
    queue = EventQueue.objects.create(
        aws_account=aws_account, region="us-east-1", name=NAME, asked_at=long_ago, next_at=long_ago
    )
    woken: list[str] = []
    monkeypatch.setattr("sync.event_queues.waking.queue.wake", lambda kind, *of: woken.append(kind))
    wake_due()
    assert woken == []
    said = "Nothing is taken while this AWS account rests. AWS says that it is suspended."
    page = text(alices.get(PAGE))
    assert said in page and "Left alone" in page
    assert "Not asked" not in page and "Try it now" not in page
    assert said in text(alices.get(aws_account.get_absolute_url()))
    assert said in text(alices.post(f"{PAGE}{queue.pk}/try/", follow=True))
    queue.refresh_from_db()
    assert (queue.asked_at, queue.error, queue.next_at) == (long_ago, {}, long_ago)
    assert not AuditEntry.objects.filter(verb="events.queue_tried").exists()
    queue.delete()
    page = text(alices.post(f"{PAGE}enter/", {"url": URL}, follow=True))
    assert "once this AWS account no longer rests" in page and "from now on" not in page
