"""What is told when something happens in the mirror, in findings and in a week; in its transaction."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from findings import refresh
from findings.models import Finding
from identities.models import IamUser
from notifications import outbox, weekly
from notifications.models import Delivery, NotifiedEvent, OperatorNotifications
from notifications.telling import tell
from sync import drift
from sync.models import Authorship, Run, TrailEvent
from tests.findings.test_refresh_rows import Source, bad
from tests.notifications.conftest import MakeRoute
from tests.services.looked import looked
from tests.services.pulling import pull_all, pulled, seed
from tests.services.receiver import Receiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def listening(bob: Operator) -> OperatorNotifications:
    choices = dict.fromkeys(("drift.found", "finding.new", "pull.failed"), "at_once")
    return OperatorNotifications.objects.create(operator=bob, choices=choices, least_severity="low")


def told() -> list[str]:
    return list(NotifiedEvent.objects.order_by("pk").values_list("title", flat=True))


def test_what_is_undone_is_told_to_nobody(aws_account: AwsAccount, listening: OperatorNotifications) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        tell("pull.failed", aws_account=aws_account, title="A pull failed")
        raise RuntimeError
    assert not Delivery.objects.exists() and not NotifiedEvent.objects.exists()


# ---- Pulls -------------------------------------------------------------------------------------------------------
def test_a_pull_that_fails_is_told_once_until_one_succeeds(
    emulator: Emulator, aws_account: AwsAccount, listening: OperatorNotifications
) -> None:
    seed(emulator)
    denied = [{"action": "GetAccountAuthorizationDetails", "error": {"code": "AccessDenied", "status": 403}}]
    emulator.rules(denied)
    for _ in range(2):
        assert pull_all(aws_account).state == Run.State.FAILED
    assert told() == ["A pull failed: Acme (123456789012)"]
    emulator.rules([])
    pull_all(aws_account)
    emulator.rules(denied)
    pull_all(aws_account)
    assert len(told()) == 1  # within the hour
    NotifiedEvent.objects.update(key="an hour ago")
    Run.objects.latest("pk").delete()
    pull_all(aws_account)
    assert len(told()) == 2


# ---- Drift -------------------------------------------------------------------------------------------------------
def test_drift_is_told_with_who_did_it_and_no_more_of_them(
    emulator: Emulator, aws_account: AwsAccount, listening: OperatorNotifications, make_route: MakeRoute,
    receiver: Receiver,
) -> None:  # fmt: skip
    """A mail waits for CloudTrail; a webhook doesn't."""
    seed(emulator)
    pulled(aws_account)
    make_route()
    assert told() == []
    emulator.own_client("iam").tag_user(UserName=IamUser.objects.first().name, Tags=[{"Key": "team", "Value": "b"}])  # type: ignore[union-attr]
    pulled(aws_account)
    [revision] = drift.open_drift(aws_account)
    name = drift.object_in(revision)
    [event] = NotifiedEvent.objects.all()
    assert event.title == "1 object changed outside this console: Acme (123456789012)"
    assert event.text == f"IAM user {name} (changed)."
    outbox.work()
    assert mail.outbox == []
    assert json.loads(receiver.received[0].body)["type"] == "drift.found"
    personal = json.dumps({"session": "dana@acme.example", "address": "203.0.113.9"})
    call = TrailEvent.objects.create(
        aws_account=aws_account, event_id="e1", at=timezone.now(), name="TagUser", service="iam.amazonaws.com",
        doer=TrailEvent.Doer.ROLE, called="deploy", personal=personal,
    )  # fmt: skip
    found = Authorship.objects.create(revision=revision, aws_account=aws_account, state=Authorship.State.FOUND)
    found.events.add(call)
    Delivery.objects.update(not_before=timezone.now())
    outbox.work()
    [message] = mail.outbox
    assert "Done by role deploy." in message.body
    assert "dana" not in message.body and "203.0.113" not in message.body


def test_drift_that_was_accepted_meanwhile_isnt_told(
    emulator: Emulator, aws_account: AwsAccount, listening: OperatorNotifications, erin: Operator
) -> None:
    seed(emulator)
    pulled(aws_account)
    emulator.own_client("iam").create_user(UserName="walter")
    pulled(aws_account)
    rows = [revision.pk for revision in drift.open_drift(aws_account)]
    assert drift.accept(aws_account=aws_account, actor=erin, revisions=rows) == len(rows) > 0
    Delivery.objects.update(not_before=timezone.now())
    outbox.work()
    assert mail.outbox == []
    assert {row.state for row in Delivery.objects.all()} == {"dropped"}


# ---- Findings ----------------------------------------------------------------------------------------------------
def look(aws_account: AwsAccount, source: Source) -> None:
    refresh.refresh(aws_account, sources=[source])


def test_new_findings_are_told_by_rule_and_what_the_first_look_finds_isnt(
    aws_account: AwsAccount, listening: OperatorNotifications
) -> None:
    source = Source(a=("1", [bad()]))
    look(aws_account, source)
    assert told() == []
    source.there["b"] = ("1", [bad("AIDA2"), bad("AIDA3", severity="critical")])  # type: ignore[arg-type]
    look(aws_account, source)
    assert told() == ["2 new findings, the worst critical: Acme (123456789012)"]
    event = NotifiedEvent.objects.get()
    assert event.severity == "critical"
    assert event.text == "1 × test.bad (critical); 1 × test.bad (high)."
    assert "dana" not in json.dumps(event.data) + event.text  # what the objects are called
    look(aws_account, source)
    assert len(told()) == 1


def test_so_many_are_told_as_long_as_any_of_them_is_open(
    aws_account: AwsAccount, listening: OperatorNotifications
) -> None:
    """Also where all that the event lists are mended; and what was there before isn't called new."""
    found = [bad(f"AIDA{number}") for number in range(300)]
    source = Source(a=("1", [bad("AIDAFIRST")]))
    for stamp, there in (("1", []), ("2", found), ("3", []), ("4", [*found, bad("AIDANEW")])):
        source.there["b"] = (stamp, there)
        look(aws_account, source)
    assert told() == [
        "300 new findings, the worst high: Acme (123456789012)",
        "301 findings, 300 of them open again, the worst high: Acme (123456789012)",
    ]
    event = NotifiedEvent.objects.latest("pk")
    Finding.objects.filter(pk__in=event.data["ids"]).update(state="mended")
    Delivery.objects.update(not_before=timezone.now())
    outbox.work()
    assert "301 findings" in mail.outbox[0].subject
    Finding.objects.update(state="mended")
    Delivery.objects.filter(event=event).update(state="waiting", lead=None, not_before=timezone.now(), tries=0)
    outbox.work()
    assert len(mail.outbox) == 1


def test_findings_that_were_mended_meanwhile_arent_told(
    aws_account: AwsAccount, listening: OperatorNotifications
) -> None:
    source = Source()
    look(aws_account, source)
    source.there["b"] = ("1", [bad("AIDA2")])
    look(aws_account, source)
    source.there["b"] = ("2", [])
    look(aws_account, source)
    Delivery.objects.update(not_before=timezone.now())
    outbox.work()
    assert Delivery.objects.get().state == "dropped"


# ---- The weekly report -------------------------------------------------------------------------------------------
def test_the_report_says_what_changed_what_is_open_and_what_ended(
    aws_account: AwsAccount, other_account: AwsAccount, bob: Operator
) -> None:
    row = OperatorNotifications.objects.create(
        operator=bob, weekly_report=True, weekly_at=timezone.now() - timedelta(minutes=1)
    )
    source = Source(a=("1", [bad(), bad("AIDA2", severity="low")]))  # type: ignore[arg-type]
    for each in (aws_account, other_account):
        look(each, source)
    assert weekly.send_due() == 1
    assert weekly.send_due() == 0
    outbox.work()
    [message] = mail.outbox
    assert message.subject.startswith("The week to ")
    assert "What changed\n- Nothing." in message.body
    assert "What is open\n- Acme (123456789012): 1 high, 1 low findings." in message.body
    assert "What ended\n- Nothing." in message.body
    assert "Other" not in message.body  # of an AWS account that he may not see
    row.refresh_from_db()
    assert row.weekly_at is not None and row.weekly_at > timezone.now()


def test_the_report_says_where_nobody_has_looked_yet(aws_account: AwsAccount, bob: Operator) -> None:
    for is_looked in (False, True):
        if is_looked:
            looked(aws_account)
        OperatorNotifications.objects.update_or_create(
            operator=bob, defaults={"weekly_report": True, "weekly_at": timezone.now() - timedelta(minutes=1)}
        )
        NotifiedEvent.objects.all().delete()
        weekly.send_due()
        outbox.work()
        assert ("findings aren’t looked for yet" in mail.outbox[-1].body) is not is_looked
    assert len(mail.outbox) == 2


def test_two_workers_send_one_report(aws_account: AwsAccount, bob: Operator) -> None:
    due = timezone.now() - timedelta(minutes=1)
    row = OperatorNotifications.objects.create(operator=bob, weekly_report=True, weekly_at=due)
    weekly.send_due()
    row.weekly_at = due  # as the other one has read it
    row.save()
    weekly.send_due()
    assert Delivery.objects.count() == 1


def test_its_reader_may_see_nothing_any_more(aws_account: AwsAccount, charlie: Operator) -> None:
    due = timezone.now() - timedelta(minutes=1)
    OperatorNotifications.objects.create(operator=charlie, weekly_report=True, weekly_at=due)
    weekly.send_due()
    outbox.work()
    assert "no AWS account whose users and roles you may see" in mail.outbox[0].body
