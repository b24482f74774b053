"""What owners do with the queues of an AWS account: enter one, try it, end it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts import audit
from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER
from sync import clock
from sync.aws.target import why_rests
from sync.event_queues.addresses import QueueAddress
from sync.event_queues.taking import take_from
from sync.models import EventQueue, ObjectHint, ReceivedEvent

MOST_QUEUES = 30  # of an AWS account: as many as there are Regions

audit.register(
    {
        "events.queue_entered": "had events of CloudTrail taken from the queue {queue} in {region}",
        "events.queue_tried": "tried the queue {queue} in {region}",
        "events.queue_ended": "ended that events of CloudTrail are taken from the queue {queue} in {region}",
    }
)


class QueueRefused(Exception):
    """A sentence that says why not, and what to do."""


def enter(
    *,
    aws_account: AwsAccount,
    address: QueueAddress,
    actor: Operator | None,
    actor_name: str = "",
    request: HttpRequest | None = None,
) -> EventQueue:
    """Without an actor it is the command line, of whom nothing is asked. Raises QueueRefused, and PermissionDenied."""
    if actor is not None:
        _require_owner(actor, aws_account)
    if not aws_account.is_connected:
        raise QueueRefused("This AWS account was imported from a file: the console asks nothing there.")
    if EventQueue.objects.filter(aws_account=aws_account).count() >= MOST_QUEUES:
        raise QueueRefused("An AWS account has one queue for each Region. End another one first.")
    try:
        with transaction.atomic():
            queue = EventQueue.objects.create(
                aws_account=aws_account, region=address.region, name=address.name, made_by=actor
            )
            _record("events.queue_entered", queue, actor, request, actor_name)
    except IntegrityError:
        raise QueueRefused(
            f"Events in {address.region} are taken from another queue already. End that one first."
        ) from None
    return queue


def try_now(*, queue: EventQueue, actor: Operator, request: HttpRequest | None = None) -> int:
    """Takes some of what waits in it by one call: somebody waits for the page, and a worker takes the rest. Returns how
    many messages; what is wrong stands in the row then. Raises QueueRefused of an AWS account that rests."""
    _require_owner(actor, queue.aws_account)
    if rests := why_left_alone(queue.aws_account):
        raise QueueRefused(rests)
    _record("events.queue_tried", queue, actor, request)
    taken = take_from(queue, most_calls=1)
    queue.refresh_from_db()
    return taken


def end(*, queue: EventQueue, actor: Operator, request: HttpRequest | None = None) -> None:
    """What was taken and waits to be read is forgotten with the last queue; who was named stays."""
    _require_owner(actor, queue.aws_account)
    with transaction.atomic():
        _record("events.queue_ended", queue, actor, request)
        aws_account = queue.aws_account
        queue.delete()
        if not EventQueue.objects.filter(aws_account=aws_account).exists():
            ObjectHint.objects.filter(aws_account=aws_account).delete()
            ReceivedEvent.objects.filter(aws_account=aws_account).exclude(record="").update(record="")


def why_left_alone(aws_account: AwsAccount) -> str:
    """Of an AWS account that rests, in sentences; "" of any other."""
    if not aws_account.resting:
        return ""
    return f"Nothing is taken while this AWS account rests. {why_rests(aws_account)}"


def is_late(queue: EventQueue) -> bool:
    """Whether it wasn't asked for minutes: no worker is there, or it is refused. Not of one that is left alone."""
    if queue.aws_account.resting:
        return False
    last = queue.asked_at or queue.made_at
    return bool(queue.error) or (clock.now() - last).total_seconds() > _LATE_S


_LATE_S = 300


def _require_owner(actor: Operator, aws_account: AwsAccount) -> None:
    if not may(actor, ADMINISTER, aws_account):
        raise PermissionDenied("Only owners of an AWS account look after its queues of events.")


def _record(
    verb: str, queue: EventQueue, actor: Operator | None, request: HttpRequest | None, actor_name: str = ""
) -> None:
    audit.record(
        verb,
        actor=actor,
        aws_account=queue.aws_account,
        obj=("event_queue", queue.pk, queue.name),
        data={"queue": queue.name, "region": queue.region},
        request=request,
        actor_name=actor_name,
    )
