"""Tells of an event: a row for each recipient, in the transaction that causes it. A worker sends them after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import AwsAccount, Operator
from iamconsole import clock, messages
from notifications import times
from notifications.audience import choices_of, operators_told, routes_told
from notifications.kinds import kind_of, kind_of_row
from notifications.models import Delivery, NotificationRoute, NotificationTimes, NotifiedEvent
from notifications.signing import new_message_id
from notifications.timing import Timing

DELIVER = "notifications.tasks.deliver"


def tell(
    kind: str,
    *,
    aws_account: AwsAccount | None,
    title: str,
    text: str = "",
    path: str = "",
    severity: str = "",
    data: Mapping[str, Any] | None = None,
    to: Iterable[Operator] = (),
    by: str = "",
    key: str | None = None,
) -> None:
    """`to`: the operators whom it concerns, beside those who chose to hear of the kind; by their choice for the kind
    `by`. `key`: told before under the same one, it isn't told again.

    Neither `title` nor `text` nor `data` may hold personal data, documents, or what somebody typed. Raises LookupError
    for a kind that nobody registered.
    """
    event = NotifiedEvent(
        kind=kind_of(kind).name,
        aws_account=aws_account,
        severity=severity,
        title=title[:300],
        text=text[:1000],
        path=path,
        data=dict(data or {}),
        at=clock.now(),
        key=key,
    )
    rows = [
        _row(event, told.choices, told.timing, operator=told.operator, by=told.by)
        for told in operators_told(event, to, by)
    ]
    rows += [_row(event, route, timing, route=route) for route, timing in routes_told(event)]
    _save(event, rows)


def tell_only(
    event: NotifiedEvent, *, operator: Operator | None = None, route: NotificationRoute | None = None
) -> None:
    """One recipient alone, whatever they chose."""
    recipient = choices_of(operator) if operator else route
    assert recipient is not None  # noqa: S101  it is for one of the two
    _save(event, [_row(event, recipient, Timing.AT_ONCE, operator=operator, route=route)])


def _save(event: NotifiedEvent, rows: list[Delivery]) -> None:
    if not rows or (event.key and NotifiedEvent.objects.filter(key=event.key).exists()):
        return
    with transaction.atomic():
        try:
            with transaction.atomic():
                event.save()
        except IntegrityError:
            if event.key is None:
                raise
            return  # another process has told of it just now
        for row in rows:
            row.event = event
        Delivery.objects.bulk_create(rows)
        wake_after_commit()


def wake_after_commit() -> None:
    """A worker looks at the outbox. A message that is lost costs a minute: the tick finds what is due."""
    transaction.on_commit(partial(messages.send, DELIVER))


def _row(
    event: NotifiedEvent,
    recipient: NotificationTimes,
    timing: Timing,
    *,
    operator: Operator | None = None,
    route: NotificationRoute | None = None,
    by: str = "",
) -> Delivery:
    is_digest = timing == Timing.DIGEST
    return Delivery(
        operator=operator,
        route=route,
        message_id=new_message_id(),
        by_kind=by or event.kind,
        is_digest=is_digest,
        created_at=event.at,
        not_before=due_at(recipient, event, is_digest=is_digest),
    )


def due_at(
    recipient: NotificationTimes, event: NotifiedEvent, *, is_digest: bool, now: datetime | None = None
) -> datetime:
    """When it is to be sent: with the next digest, or as soon as it has settled and no quiet hours hold it back."""
    now = now or event.at
    if is_digest:
        return times.next_digest(recipient, now)
    kind = kind_of_row(event.kind)
    if kind.always:
        return now
    is_webhook = isinstance(recipient, NotificationRoute) and recipient.channel == NotificationRoute.Channel.WEBHOOK
    settled = now if is_webhook else max(now, event.at + kind.settles)
    return times.open_from(recipient, settled)


def is_anybody_told(kind: str, aws_account: AwsAccount) -> bool:
    """Whether the event is worth its while to be put together."""
    event = NotifiedEvent(kind=kind, aws_account=aws_account, at=clock.now())
    return any(True for _ in routes_told(event)) or any(True for _ in operators_told(event, (), ""))
