"""A queue of events in the emulator, with its rule, and an AWS account of the console that takes from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import REGION, Emulator
from sync.event_queues import following, taking
from sync.models import EventQueue, ObjectHint, Run

NAME = "iam-console-events"
OF_IAM = {"source": ["aws.iam"]}


def queue_arn(account_id: str) -> str:
    return f"arn:aws:sqs:{REGION}:{account_id}:{NAME}"


def made_queue(emulator: Emulator, aws_account: AwsAccount, pattern: Mapping[str, Any] = OF_IAM) -> EventQueue:
    """In AWS, and entered in the console."""
    arn = queue_arn(aws_account.account_id)
    rule = f"arn:aws:events:{REGION}:{aws_account.account_id}:rule/{NAME}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    emulator.client("sqs").create_queue(QueueName=NAME, Attributes={"Policy": policy})
    events = emulator.client("events")
    events.put_rule(Name=NAME, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=NAME, Targets=[{"Id": "queue", "Arn": arn}])
    return EventQueue.objects.create(aws_account=aws_account, region=REGION, name=NAME)


def sent(emulator: Emulator, body: str) -> None:
    """Whatever somebody else puts in the queue."""
    sqs = emulator.client("sqs")
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=NAME)["QueueUrl"], MessageBody=body)


def left_in(emulator: Emulator) -> int:
    """Messages that wait, or that somebody has."""
    sqs = emulator.client("sqs")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    said = sqs.get_queue_attributes(QueueUrl=sqs.get_queue_url(QueueName=NAME)["QueueUrl"], AttributeNames=names)
    return sum(int(said["Attributes"][name]) for name in names)


def followed(queue: EventQueue) -> int:
    """Takes what came and reads again what it is about, as workers do; at once, where it is to be looked at later."""
    taking.take_from(queue)
    done = following.follow(queue.aws_account_id)
    if ObjectHint.objects.update(next_at=timezone.now(), newest_at=timezone.now() - timedelta(minutes=5)):
        done += following.follow(queue.aws_account_id)
    return done


def refreshes() -> list[str]:
    """What was read again because of events, the kind of each."""
    return list(Run.objects.filter(trigger=Run.Trigger.EVENT).order_by("pk").values_list("object_kind", flat=True))
