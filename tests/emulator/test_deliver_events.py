"""EventBridge of the emulator: what somebody changes comes to a queue, late, unordered and some of it twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.process import REGION, Emulator
from emulator.wellknown import ACCOUNT_ID

QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:changes"
RULE_ARN = f"arn:aws:events:{REGION}:{ACCOUNT_ID}:rule/changes"
PATTERN = {"source": ["aws.iam"], "detail": {"eventSource": ["iam.amazonaws.com"]}}


def sending(rule_arn: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE_ARN,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def sqs(emulator: Emulator) -> Any:
    """With a queue to which the rule sends what IAM writes."""
    client = emulator.client("sqs")
    client.create_queue(QueueName="changes", Attributes={"Policy": sending(RULE_ARN)})
    events = emulator.client("events")
    events.put_rule(Name="changes", EventPattern=json.dumps(PATTERN))
    events.put_targets(Rule="changes", Targets=[{"Id": "queue", "Arn": QUEUE_ARN}])
    return client


def received(sqs: Any) -> Iterator[dict[str, Any]]:
    url = sqs.get_queue_url(QueueName="changes")["QueueUrl"]
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        entries = [{"Id": str(n), "ReceiptHandle": each["ReceiptHandle"]} for n, each in enumerate(messages)]
        sqs.delete_message_batch(QueueUrl=url, Entries=entries)
        yield from (json.loads(each["Body"]) for each in messages)


def test_a_write_comes_as_eventbridge_has_it_and_a_read_never_does(emulator: Emulator, sqs: Any) -> None:
    iam = emulator.client("iam")
    iam.create_user(UserName="jane")
    iam.get_user(UserName="jane")
    with pytest.raises(ClientError):
        iam.delete_user(UserName="nobody")
    made, failed = received(sqs)
    assert {name: made[name] for name in ("source", "detail-type", "account", "region", "version")} == {
        "source": "aws.iam",
        "detail-type": "AWS API Call via CloudTrail",
        "account": ACCOUNT_ID,
        "region": "us-east-1",
        "version": "0",
    }
    [on_record] = emulator.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventId", "AttributeValue": made["detail"]["eventID"]}]
    )["Events"]
    assert json.loads(on_record["CloudTrailEvent"]) == made["detail"]
    assert (failed["detail"]["eventName"], failed["detail"]["errorCode"]) == ("DeleteUser", "NoSuchEntity")


def test_late_unordered_and_twice_the_same_each_time(emulator: Emulator, sqs: Any) -> None:
    iam, runs = emulator.client("iam"), []
    for run in range(2):
        emulator.trail(late_s=600, repeat=3)
        for number in range(10):
            iam.create_group(GroupName=f"{run}-{number}")
        at_once = list(received(sqs))
        assert len(at_once) < 3
        emulator.trail(deliver=True)
        events = [*at_once, *received(sqs)]
        runs.append([each["detail"]["requestParameters"]["groupName"][2:] for each in events])
    assert sorted(runs[0]) == sorted([*map(str, range(10)), "2", "5", "8"])
    assert runs[0] != sorted(runs[0])
    assert set(runs[1]) == set(runs[0])


def test_what_the_queue_does_not_let_in_is_lost(emulator: Emulator, sqs: Any) -> None:
    url = sqs.get_queue_url(QueueName="changes")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": sending(RULE_ARN.replace("changes", "another"))})
    emulator.client("iam").create_user(UserName="jane")
    assert list(received(sqs)) == []


def test_what_the_rule_does_not_match_and_one_that_is_off_send_none(emulator: Emulator, sqs: Any) -> None:
    emulator.client("cognito-idp").create_user_pool(PoolName="shop")
    events = emulator.client("events")
    events.disable_rule(Name="changes")
    emulator.client("iam").create_user(UserName="jane")
    assert list(received(sqs)) == []


def test_what_is_on_its_way_survives_a_restart(emulator: Emulator, sqs: Any) -> None:
    emulator.trail(late_s=600)
    iam = emulator.client("iam")
    iam.create_user(UserName="jane")
    kept = emulator.keep()
    emulator.reset()
    emulator.put_back(kept)
    emulator.trail(deliver=True)
    [event] = received(sqs)
    assert event["detail"]["eventName"] == "CreateUser"
