"""EventBridge's deliveries: each write on record goes to the queues that a rule of the default bus names.

As AWS does it, best effort: late, in another order than they were made, and some twice. How late and how often twice is
steered, and the same each time: the n-th delivery of an AWS account waits a part of the bound that hangs on n alone.
The sources: "AWS service events delivered via AWS CloudTrail" and "Amazon SQS permissions", EventBridge User Guide.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from emulator import clock
from emulator.held import Held
from emulator.permissions import service_may
from emulator.trail.backend import Record

DETAIL_TYPE = "AWS API Call via CloudTrail"
_MOST_BYTES = 256 * 1024  # a larger one is never sent
_MOST_PENDING = 10_000
_PARTS = (3, 0, 9, 1, 6, 2, 8, 4, 7, 5)  # ninths of the bound: what is delivered first was not made first


@dataclass(frozen=True)
class Delivery:
    due_at: datetime  # naive, in UTC
    queue_arn: str
    body: str


class Deliveries:
    """Of one AWS account. `late_s`: the bound; `repeat`: each such delivery comes twice, 0 for none."""

    def __init__(self, account_id: str, region: str) -> None:
        self.late_s, self.repeat, self.count = 0.0, 0, 0
        self.pending: list[Delivery] = []

    def add(self, queue_arn: str, body: str, at: datetime) -> None:
        waits = timedelta(seconds=self.late_s * _PARTS[self.count % len(_PARTS)] / 9)
        self.count += 1
        times = 2 if self.repeat and self.count % self.repeat == 0 else 1
        self.pending += [Delivery(at + waits, queue_arn, body)] * times
        del self.pending[:-_MOST_PENDING]


sending: Held[Deliveries] = Held(Deliveries)
_EVERYWHERE = ""


def of(account_id: str) -> Deliveries:
    return sending[account_id][_EVERYWHERE]


def queue_up(record: Record, at: datetime) -> None:
    """Where a rule asks for it. Reads come to rules of another state only, which nobody here has."""
    if record["readOnly"] or "moto.events.models" not in sys.modules:
        return
    event = _event(record)
    body = json.dumps(event)
    if len(body.encode()) > _MOST_BYTES:
        return
    for queue_arn in _queues(record["recipientAccountId"], record["awsRegion"], event):
        of(record["recipientAccountId"]).add(queue_arn, body, at)


def _event(record: Record) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": DETAIL_TYPE,
        "source": f"aws.{record['eventSource'].removesuffix('.amazonaws.com')}",
        "account": record["recipientAccountId"],
        "time": record["eventTime"],
        "region": record["awsRegion"],
        "resources": [],
        "detail": record,
    }


def _queues(account_id: str, region: str, event: dict[str, Any]) -> Iterator[str]:
    """Those of rules that match, as far as the policy of the queue lets EventBridge send."""
    from moto.events.models import events_backends

    for rule in list(events_backends[account_id][region].event_buses["default"].rules.values()):
        if rule.state != "ENABLED" or not rule.event_pattern.matches_event(event):
            continue
        for target in rule.targets:
            if ":sqs:" in target["Arn"] and _may_send(rule.arn, target["Arn"], account_id):
                yield str(target["Arn"])


def _may_send(rule_arn: str, queue_arn: str, account_id: str) -> bool:
    queue = _queue(queue_arn)
    if queue is None or not queue.policy:
        return False
    context = {"aws:SourceArn": rule_arn, "aws:SourceAccount": account_id}
    return service_may(queue.policy, "events.amazonaws.com", "sqs:SendMessage", queue_arn, context)


def _queue(queue_arn: str) -> Any:
    from moto.sqs.models import sqs_backends

    _, _, _, region, account_id, name = queue_arn.split(":")
    return sqs_backends[account_id][region].queues.get(name)


def deliver(*, all_of_it: bool = False) -> int:
    """Puts in the queues what is due by now, the longest due first; `all_of_it`: what isn't due yet, too."""
    now, sent = clock.utcnow(), 0
    for each in sending.everywhere():
        due = [one for one in each.pending if all_of_it or one.due_at <= now]
        if not due:
            continue
        each.pending = [one for one in each.pending if one not in due]
        for one in sorted(due, key=lambda one: one.due_at):
            sent += _send(one)
    return sent


def return_hidden() -> None:
    """As after the time for which SQS hides what somebody received."""
    from moto.sqs.models import sqs_backends

    for regions in list(sqs_backends.values()):
        for backend in list(regions.values()):
            for queue in backend.queues.values():
                for message in queue._messages:
                    message.visible_at = 0


def _send(one: Delivery) -> int:
    from moto.sqs.models import sqs_backends

    if _queue(one.queue_arn) is None:
        return 0
    _, _, _, region, account_id, name = one.queue_arn.split(":")
    sqs_backends[account_id][region].send_message(name, one.body)
    return 1
