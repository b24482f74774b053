"""What a queue of events holds is taken once, whatever it is: garbage, of another AWS account, twice, or refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.models import IamUser
from sync.activity import questions
from sync.activity.subjects import subjects_of
from sync.aws.client import reader
from sync.aws.errors import ConsoleRefused, NotARead
from sync.event_queues import services, taking, waking
from sync.event_queues.addresses import read_address
from sync.event_queues.envelope import NotAnEvent, read_message
from sync.models import Authorship, EventQueue, ObjectHint, ReceivedEvent, TrailEvent
from tests.conftest import make_aws_account
from tests.services.event_queues import followed, left_in, made_queue, sent
from tests.services.trail import asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue(iam: Any, emulator: Emulator, aws_account: AwsAccount) -> EventQueue:
    return made_queue(emulator, aws_account)


def event(account_id: str = "123456789012", **changed: Any) -> str:
    detail = {
        "eventID": str(uuid4()),
        "eventName": "AttachUserPolicy",
        "eventSource": "iam.amazonaws.com",
        "eventTime": datetime.now(UTC).isoformat(),
        "awsRegion": "us-east-1",
        "readOnly": False,
        "recipientAccountId": account_id,
        "userIdentity": {"type": "Root", "accountId": account_id},
        "requestParameters": {"userName": "jane", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    }
    whole = {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.iam",
        "account": account_id,
        "detail": detail | changed,
    }
    return json.dumps(whole)


NO_EVENTS = {
    "": "no JSON",
    "not json {": "no JSON",
    "[" * 100_000: "no JSON",
    "[]": "no event",
    "null": "no event",
    "{}": "no event of CloudTrail",
    event(account_id="999999999999"): "another AWS account",
    event(recipientAccountId="999999999999"): "another AWS account",
    event(eventID=""): "can’t be read",
    event(eventID="' OR 1=1 --"): "can’t be read",
    event(eventTime="yesterday"): "can’t be read",
    event(eventTime=None): "can’t be read",
    event(eventName={"a": 1}): "can’t be read",
    event(eventTime=(datetime.now(UTC) + timedelta(days=1)).isoformat()): "still to come",
    event(eventTime="2020-01-01T00:00:00Z"): "older than",
    json.dumps(
        {"detail-type": "AWS API Call via CloudTrail", "detail": "text", "account": "123456789012"}
    ): "no record",
    json.dumps({"detail-type": "EC2 Instance State-change Notification", "detail": {}}): "no event of CloudTrail",
    event(requestParameters="deep").replace('"deep"', "[" * 600 + "]" * 600): "can’t be read",
    "x" * 1_100_000: "longer",
}


@pytest.mark.parametrize(("body", "why"), NO_EVENTS.items(), ids=range(len(NO_EVENTS)))
def test_what_is_no_event_of_this_aws_account_is_refused(aws_account: AwsAccount, body: str, why: str) -> None:
    with pytest.raises(NotAnEvent, match=why):
        read_message(body, aws_account)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = ("eventID", "eventName", "eventSource", "eventTime", "userIdentity", "requestParameters", "responseElements")


@given(changed=st.dictionaries(st.sampled_from(MEMBERS), json_values))
def test_whatever_members_say_it_is_an_event_or_is_refused(changed: dict[str, Any]) -> None:
    account = AwsAccount(account_id="123456789012")
    try:
        message = read_message(event(**changed), account)
    except NotAnEvent:
        return
    assert message.record.account_id == "123456789012"
    assert json.loads(message.text)["recipientAccountId"] == "123456789012"


named = st.sampled_from(
    ["userName", "roleName", "policyArn", "userPoolId", "clientId", "permissionSetArn", "groupId", "queueUrl", "keyId"]
)
said = st.dictionaries(named, json_values, max_size=3) | json_values
SERVICES = ["iam", "organizations", "cognito-idp", "cognito-identity", "sso", "identitystore", "kms", "sqs", "lambda"]


@given(asked=said, answered=said, service=st.sampled_from(SERVICES), name=st.sampled_from(["CreateUser", "PutPolicy"]))
def test_whatever_was_asked_and_answered_it_is_about_something_or_nothing(
    asked: Any, answered: Any, service: str, name: str
) -> None:
    account = AwsAccount.objects.filter(account_id="123456789012").first() or make_aws_account()
    body = event(
        eventName=name,
        eventSource=f"{service}.amazonaws.com",
        requestParameters=asked,
        responseElements={"user": answered, "userPool": answered, "permissionSet": answered},
    )
    for subject in subjects_of(account, read_message(body, account).record):
        assert subject.source or subject.object_id


def test_who_tries_it_on_the_page_waits_for_one_call(
    queue: EventQueue, emulator: Emulator, alice: Operator, aws_account: AwsAccount
) -> None:
    for _ in range(25):
        sent(emulator, "garbage")
    emulator.forget_calls()
    assert services.try_now(queue=queue, actor=alice) == taking.MOST_RECEIVED
    assert len(emulator.calls("ReceiveMessage")) == 1
    assert taking.take_from(queue) == 15  # the worker


def test_garbage_is_taken_out_counted_and_wakes_nobody(queue: EventQueue, emulator: Emulator) -> None:
    for body in ("garbage", event(account_id="999999999999"), event()):
        sent(emulator, body)
    assert taking.take_from(queue) == 3
    queue.refresh_from_db()
    assert (queue.refused, queue.events, left_in(emulator)) == (2, 1, 0)
    assert "garbage" not in queue.refused_why
    assert ObjectHint.objects.count() == 1
    assert ReceivedEvent.objects.count() == 1


def test_a_forged_event_reads_again_and_changes_nothing(iam: Any, queue: EventQueue, emulator: Emulator) -> None:
    """It says that root attached a policy; AWS says that nobody did."""
    sent(emulator, event())
    followed(queue)
    assert IamUser.objects.get().gone_at is None
    assert not Authorship.objects.exists()
    assert not TrailEvent.objects.exists()


def test_an_object_that_aws_does_not_have_costs_one_call(iam: Any, queue: EventQueue, emulator: Emulator) -> None:
    """A made-up id under a name that is there: it is looked for once, and all users aren't listed for it."""
    made_up = {"user": {"userId": "AIDAMADEUP", "userName": "jane", "arn": "arn:aws:iam::123456789012:user/jane"}}
    sent(emulator, event(eventName="CreateUser", requestParameters={}, responseElements=made_up))
    followed(queue)
    calls = [each["action"] for each in emulator.calls() if each["service"] == "iam"]
    assert set(calls) == {"GetUser"}
    assert [each.aws_id for each in IamUser.objects.all()] != ["AIDAMADEUP"]
    assert not ObjectHint.objects.exists()


@pytest.mark.parametrize("name", ["Zoë Müller", "\ud800", "a\0b", "x" * 5_000], ids=["letters", "half", "nul", "long"])
def test_whatever_letters_it_has_it_is_kept_as_people_are_looked_for(
    queue: EventQueue, emulator: Emulator, name: str
) -> None:
    sent(emulator, event(userIdentity={"type": "IAMUser", "userName": name}))
    taking.take_from(queue)
    kept = ReceivedEvent.objects.get().record
    assert ("Zoë Müller" in kept) is (name == "Zoë Müller")


def genuine_record() -> dict[str, Any]:
    """Who really attached it."""
    identity = {"type": "IAMUser", "userName": "carl", "principalId": "AIDACARL", "accountId": "123456789012"}
    found: dict[str, Any] = json.loads(event(userIdentity=identity))["detail"]
    return found


def test_a_forged_doer_is_reported_and_goes_when_cloudtrail_names_another(
    iam: Any, queue: EventQueue, emulator: Emulator, aws_account: AwsAccount
) -> None:
    emulator.trail(delay_s=3600)
    iam.attach_user_policy(UserName="jane", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    emulator.client("sqs").purge_queue(QueueUrl=f"https://queue/123456789012/{queue.name}")
    sent(emulator, event())
    followed(queue)
    row = Authorship.objects.get()
    assert (row.state, [each.doer for each in row.events.all()]) == (Authorship.State.REPORTED, ["root"])
    for _ in range(len(questions.AGAIN_AFTER) + 1):
        asked(aws_account)
    row.refresh_from_db()
    assert row.state == Authorship.State.NOBODY  # CloudTrail shows nothing for an hour
    assert [each.reported for each in row.events.all()] == [True]

    emulator.trail(forget=True, events=[{"record": genuine_record(), "resources": [["AWS::IAM::User", "jane"]]}])
    questions.ask_now(row.revision)
    asked(aws_account)
    row.refresh_from_db()
    assert (row.state, [each.doer for each in row.events.all()]) == (Authorship.State.FOUND, ["user"])


def test_the_same_message_twice_is_one(queue: EventQueue, emulator: Emulator) -> None:
    body = event()
    sent(emulator, body)
    sent(emulator, body)
    taking.take_from(queue)
    sent(emulator, body)
    taking.take_from(queue)
    queue.refresh_from_db()
    assert (queue.events, ReceivedEvent.objects.count(), left_in(emulator)) == (1, 1, 0)


def test_more_objects_than_are_followed_wait_for_the_pull(
    iam: Any, queue: EventQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "MOST_HINTS", 2)
    for number in range(4):
        iam.create_group(GroupName=f"group-{number}")
    taking.take_from(queue)
    assert ObjectHint.objects.count() == 2


# ---- What SQS refuses ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("ReceiveMessage", "AccessDeniedException"),
        ("ReceiveMessage", "AWS.SimpleQueueService.NonExistentQueue"),
        ("ReceiveMessage", "RequestThrottled"),
        ("DeleteMessageBatch", "AccessDeniedException"),
    ],
)
def test_what_sqs_refuses_stands_with_the_queue_and_nothing_is_lost(
    iam: Any, queue: EventQueue, emulator: Emulator, settings: Any, action: str, code: str
) -> None:
    settings.AWS_RETRY_BASE_S = 0
    iam.create_group(GroupName="auditors")
    emulator.rules([{"action": action, "when": "before", "error": {"code": code, "status": 400}}])
    taking.take_from(queue)
    queue.refresh_from_db()
    assert queue.error["sentence"]
    assert queue.failing_since is not None
    assert queue.next_at > timezone.now() + timedelta(minutes=1)
    emulator.rules([])
    emulator.client("sqs").set_queue_attributes(
        QueueUrl=f"https://queue/123456789012/{queue.name}", Attributes={"VisibilityTimeout": "0"}
    )
    for message in ObjectHint.objects.all():
        assert message.kind == "iam.group"
    taking.take_from(queue)
    queue.refresh_from_db()
    assert not queue.error
    assert (queue.failing_since is None, queue.events) == (True, 1)


def test_a_denial_says_which_permission_is_missing(queue: EventQueue, emulator: Emulator) -> None:
    emulator.rules([{"action": "ReceiveMessage", "error": {"code": "AccessDeniedException", "status": 403}}])
    taking.take_from(queue)
    queue.refresh_from_db()
    assert queue.error["statement"]["Action"] == "sqs:ReceiveMessage"


def test_who_was_not_opened_for_it_takes_no_messages(aws_account: AwsAccount) -> None:
    with pytest.raises(NotARead):
        reader(aws_account).call("sqs", "ReceiveMessage", QueueUrl="x")
    with pytest.raises((NotARead, ConsoleRefused)):
        reader(aws_account, takes_messages=True).call("sqs", "SendMessage", QueueUrl="x", MessageBody="x")


# ---- When it is asked ------------------------------------------------------------------------------------------------
def test_each_queue_has_its_turn_once(queue: EventQueue, emulator: Emulator) -> None:
    resting = AwsAccount.objects.create(account_id="210987654321", name="Closed", emulated=True, resting="closed")
    EventQueue.objects.create(aws_account=resting, region="us-east-1", name=queue.name)
    found = taking.next_due()
    assert found == queue
    assert taking.next_due() is None


def test_records_are_forgotten_after_a_day_and_ids_after_a_week(iam: Any, queue: EventQueue) -> None:
    for name, days in (("young", 0), ("older", 2), ("oldest", 8)):
        iam.create_group(GroupName=name)
        taking.take_from(queue)
        new = ReceivedEvent.objects.filter(received_at__gt=timezone.now() - timedelta(hours=1))
        new.filter(record__contains=f'"{name}"').update(received_at=timezone.now() - timedelta(days=days))
    assert waking.forget_old() == 1
    assert [bool(each.record) for each in ReceivedEvent.objects.order_by("received_at")] == [False, True]


# ---- Where a queue is ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("https://sqs.us-east-1.amazonaws.com/123456789012/iam-console-events", "us-east-1"),
        (" https://sqs.eu-west-1.amazonaws.com/123456789012/iam-console-events-2 ", "eu-west-1"),
        ("arn:aws:sqs:eu-central-1:123456789012:iam-console-events", "eu-central-1"),
    ],
)
def test_an_address_is_read(text: str, region: str) -> None:
    found = read_address(text, AwsAccount(account_id="123456789012"))
    assert (found.region, found.name.startswith("iam-console-events")) == (region, True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Enter the queue’s URL"),
        ("iam-console-events", "Enter the queue’s URL"),
        ("https://[", "Enter the queue’s URL"),
        ("https://sqs.us-east-1.amazonaws.com.evil.example/123456789012/iam-console-events", "Enter the queue’s URL"),
        ("http://127.0.0.1:5000/123456789012/iam-console-events", "Enter the queue’s URL"),
        ("https://sqs.us-east-1.amazonaws.com/999999999999/iam-console-events", "in AWS account 999999999999"),
        ("https://sqs.us-east-1.amazonaws.com/123456789012/orders", "begin with iam-console-"),
        ("https://sqs.us-east-1.amazonaws.com/123456789012/iam-console-events.fifo", "begin with iam-console-"),
        ("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/iam-console-events", "another partition"),
    ],
)
def test_what_is_no_queue_of_the_aws_account_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_address(text, AwsAccount(account_id="123456789012"))
