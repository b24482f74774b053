"""Wakes workers for queues and for what events are about, and forgets what was kept of them."""

from __future__ import annotations

from datetime import timedelta

from sync import clock, queue
from sync.event_queues import taking
from sync.models import EventQueue, ObjectHint, ReceivedEvent

TOLD_FOR = timedelta(days=1)  # records: until CloudTrail was asked for the last time
KNOWN_FOR = timedelta(days=7)  # ids: SQS keeps a message for 14 days at most, the template for 4
_MOST_KNOWN = 100_000  # ids of an AWS account, whoever sent them
_AT_ONCE = 5_000


def wake_due() -> None:
    """Once a minute, should messages of the clock be lost."""
    if taking.is_any_due():
        queue.wake(queue.TAKE_EVENTS)
    wake_followers()


def wake_followers() -> None:
    due = ObjectHint.objects.filter(next_at__lte=clock.now(), aws_account__resting="")
    for aws_account_id in due.order_by().values_list("aws_account", flat=True).distinct():
        queue.wake(queue.FOLLOW_EVENTS, aws_account_id)


def forget_old() -> int:
    """Returns how many it forgot."""
    now = clock.now()
    told = ReceivedEvent.objects.filter(received_at__lt=now - TOLD_FOR).exclude(record="")
    told.filter(pk__in=list(told.values_list("pk", flat=True)[:_AT_ONCE])).update(record="")
    old = ReceivedEvent.objects.filter(received_at__lt=now - KNOWN_FOR).order_by("received_at")
    pks = list(old.values_list("pk", flat=True)[:_AT_ONCE])
    for aws_account in EventQueue.objects.order_by().values_list("aws_account", flat=True).distinct():
        rows = ReceivedEvent.objects.filter(aws_account=aws_account).order_by("-received_at", "-pk")
        pks += rows.values_list("pk", flat=True)[_MOST_KNOWN : _MOST_KNOWN + _AT_ONCE]
    return ReceivedEvent.objects.filter(pk__in=pks).delete()[0]
