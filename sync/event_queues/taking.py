"""Takes messages from a queue: writes down what they say, and deletes them only after that is committed.

SQS delivers a message at least once, and again where nobody deletes it in time: a worker that is killed in between
loses nothing, and what comes twice is known by CloudTrail's event id.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from accounts.models import AwsAccount
from sync import clock
from sync.activity.doers import doer_of
from sync.activity.own_writes import own_write_of
from sync.activity.records import TrailRecord
from sync.activity.subjects import EventSubject, is_followed, subjects_of
from sync.aws.client import AwsClient, reader
from sync.aws.errors import AccountRests, AwsError
from sync.changes.failpoints import FailPoint, passing
from sync.event_queues.addresses import url_of
from sync.event_queues.envelope import EventMessage, NotAnEvent, read_message
from sync.models import EventQueue, ObjectHint, ReceivedEvent

logger = logging.getLogger(__name__)

ASKED_EVERY = timedelta(seconds=15)
FAILED_AGAIN_AFTER = timedelta(minutes=2)
MOST_RECEIVED = 10  # in one call: "ReceiveMessage" in the Amazon SQS API Reference
MOST_CALLS = 20  # in one turn: two hundred messages
MOST_HINTS = 2_000  # of an AWS account at once: what is beyond waits for the next pull
MOST_TOLD = 2_000  # records of an AWS account that are kept at once
_LONGEST_RECORD = 100_000
_HIDDEN_S = 120  # so long SQS gives a message to nobody else: longer than a turn takes


def take_from(queue: EventQueue, most_calls: int = MOST_CALLS) -> int:
    """Takes what waits there, by so many calls at most. Returns how many messages.

    What SQS refuses stands with the queue, and raises nothing.
    """
    taken = 0
    try:
        client = reader(queue.aws_account, region=queue.region, takes_messages=True)
        for _ in range(most_calls):
            messages = _receive(client, queue)
            taken += len(messages)
            if not messages:
                break
    except AccountRests:  # it is left alone, and nothing is wrong with it
        return taken
    except AwsError as error:
        logger.info("The queue %s of %s was not asked: %s", queue.name, queue.aws_account.account_id, error)
        _note_failure(queue, error)
        return taken
    _rows(queue).update(asked_at=clock.now(), error={}, failing_since=None)
    return taken


def _receive(client: AwsClient, queue: EventQueue) -> Sequence[Mapping[str, Any]]:
    """One call, and what becomes of its messages. Raises AwsError."""
    address = {"QueueUrl": url_of(queue)}
    how = {"MaxNumberOfMessages": MOST_RECEIVED, "VisibilityTimeout": _HIDDEN_S, "WaitTimeSeconds": 0}
    messages: Sequence[Mapping[str, Any]] = client.call("sqs", "ReceiveMessage", **address, **how).get("Messages") or []
    if messages:
        passing(FailPoint.EVENTS_RECEIVED)
        write_down(queue, [str(each.get("Body", "")) for each in messages])
        passing(FailPoint.EVENTS_KEPT)
        handles = [str(each["ReceiptHandle"]) for each in messages]
        entries = [{"Id": str(number), "ReceiptHandle": handle} for number, handle in enumerate(handles)]
        client.call("sqs", "DeleteMessageBatch", **address, Entries=entries)
    return messages


def _note_failure(queue: EventQueue, error: AwsError) -> None:
    now = clock.now()
    rows = _rows(queue)
    rows.filter(failing_since=None).update(failing_since=now)
    rows.update(error=error.as_json(), next_at=now + FAILED_AGAIN_AFTER)


def _rows(queue: EventQueue) -> QuerySet[EventQueue]:
    return EventQueue.objects.filter(pk=queue.pk)


# ---- What messages say -----------------------------------------------------------------------------------------------
@transaction.atomic
def write_down(queue: EventQueue, bodies: Sequence[str]) -> int:
    """Keeps each event once, and what is to be read because of it. Returns how many are new."""
    now, aws_account = clock.now(), queue.aws_account
    events: dict[str, EventMessage] = {}
    refusals: list[str] = []
    for body in bodies:
        try:
            message = read_message(body, aws_account)
            events[message.record.event_id] = message
        except NotAnEvent as refusal:
            refusals.append(str(refusal))
    known = ReceivedEvent.objects.filter(aws_account=aws_account, event_id__in=events)
    for event_id in set(known.values_list("event_id", flat=True)):
        del events[event_id]
    if events:
        _keep(aws_account, list(events.values()), now)
    _note_arrival(queue, [each.record for each in events.values()], refusals, now)
    return len(events)


def _keep(aws_account: AwsAccount, messages: Sequence[EventMessage], now: datetime) -> None:
    told = ReceivedEvent.objects.filter(aws_account=aws_account).exclude(record="")
    room = MOST_TOLD - told[:MOST_TOLD].count()
    rows: list[ReceivedEvent] = []
    subjects: list[tuple[EventSubject, datetime]] = []
    for message in messages:
        record = message.record
        follows = is_followed(record) and own_write_of(aws_account, record, doer_of(record)).step is None
        about = subjects_of(aws_account, record) if follows else ()
        is_told = follows and len(rows) < room and len(message.text) <= _LONGEST_RECORD
        rows.append(
            ReceivedEvent(
                aws_account=aws_account,
                event_id=record.event_id,
                at=record.at,
                received_at=now,
                record=message.text if is_told else "",
            )
        )
        subjects += [(each, record.at) for each in about]
    ReceivedEvent.objects.bulk_create(rows, ignore_conflicts=True)
    _hint(aws_account, subjects, now)


def _hint(aws_account: AwsAccount, subjects: Sequence[tuple[EventSubject, datetime]], now: datetime) -> None:
    """One for each object, however many events there are about it."""
    newest: dict[EventSubject, datetime] = {}
    for subject, at in subjects:
        newest[subject] = max(at, newest.get(subject, at))
    room = MOST_HINTS - ObjectHint.objects.filter(aws_account=aws_account)[:MOST_HINTS].count()
    for subject, at in newest.items():
        key = {
            "aws_account": aws_account,
            "region": subject.region[:32],
            "kind": subject.kind,
            "object_id": subject.object_id[:400],
            "source": subject.source,
        }
        held = ObjectHint.objects.filter(**key)
        if held.update(newest_at=max(at, _newest_of(held, at)), next_at=now, tries=0):
            continue
        if room > 0:
            room -= 1
            about = {"name": subject.name[:256], "arn": subject.arn[:2048]}
            ObjectHint.objects.get_or_create(
                **key, defaults={**about, "hinted_at": now, "newest_at": at, "next_at": now}
            )


def _newest_of(held: Any, at: datetime) -> datetime:
    found: datetime | None = held.values_list("newest_at", flat=True).first()
    return found or at


def _note_arrival(queue: EventQueue, records: Sequence[TrailRecord], refusals: Sequence[str], now: datetime) -> None:
    changed: dict[str, Any] = {}
    if records:
        newest = max(each.at for each in records)
        late_s = max(0, round((now - newest).total_seconds()))
        changed |= {"events": F("events") + len(records), "received_at": now, "event_at": newest, "late_s": late_s}
    if refusals:
        logger.warning("%s messages of %s were no events: %s", len(refusals), queue.name, refusals[-1])
        changed |= {"refused": F("refused") + len(refusals), "refused_why": refusals[-1][:200], "refused_at": now}
    if changed:
        _rows(queue).update(**changed)


# ---- Whose turn it is ------------------------------------------------------------------------------------------------
def take_due(until: float) -> list[int]:
    """Takes from each queue that is due, the one that has waited longest first. Returns whose events came, by the pk of
    the AWS account.
    """
    came: dict[int, None] = {}
    while time.monotonic() < until and (queue := next_due()):
        if take_from(queue):
            came[queue.aws_account_id] = None
    return list(came)


def is_any_due() -> bool:
    return _due().exists()


def _due() -> QuerySet[EventQueue]:
    there = EventQueue.objects.filter(next_at__lte=clock.now(), aws_account__resting="")
    return there.exclude(aws_account__connection=AwsAccount.Connection.SNAPSHOT)


def next_due() -> EventQueue | None:
    """The queue that is due, for the caller alone."""
    while True:
        now = clock.now()
        queue = _due().select_related("aws_account").order_by("next_at", "pk").first()
        if queue is None:
            return None
        taken = EventQueue.objects.filter(pk=queue.pk, next_at=queue.next_at)
        if taken.update(next_at=now + ASKED_EVERY):
            return queue
