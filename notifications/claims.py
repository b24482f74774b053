"""One worker at one message: the claim, which of its rows are still to be told, and what is noted of it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from iamconsole import clock
from notifications.audience import choices_of, why_not
from notifications.channels.message import Outcome, Result
from notifications.kinds import kind_of_row
from notifications.models import Delivery, NotificationRoute, NotificationTimes, OperatorNotifications
from notifications.times import open_from

log = logging.getLogger(__name__)
State = Delivery.State

# Until the next try: as Standard Webhooks advises ("Deliverability and reliability"), three days in all.
PAUSES = tuple(
    timedelta(seconds=each) for each in (5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
_MOST_TOGETHER = 200


@dataclass(frozen=True)
class SentMessage:
    """What a worker claimed. `rows`: those that go with it; none where nothing of it is to be told any more."""

    lead: Delivery
    rows: Sequence[Delivery]


def claim(left_out: Q) -> SentMessage | None:
    """The message that is due for longest; None where none is. `left_out`: rows that it isn't to be."""
    token = secrets.token_hex(16)
    rows = _taken(token, left_out)
    if not rows:
        return None
    lead = rows[0]
    if lead.operator is not None:  # looked up once for all of them
        lead.operator.remembered_grants = tuple(lead.operator.held_grants())
        for row in rows:
            row.operator = lead.operator
    told = {row.pk: _why_not(row) for row in rows}
    return _without(rows, told)


def _why_not(row: Delivery) -> str:
    try:
        return why_not(row)
    except Exception:
        log.exception("whether message %s is still to be sent could not be told", row.message_id)
        return "Whether it is still so could not be told."


def _taken(token: str, left_out: Q) -> list[Delivery]:
    """The lead and what goes with it, in the state of being sent; none where nothing is due."""
    with transaction.atomic():
        while True:
            now = clock.now()
            due = Delivery.objects.messages().waiting().filter(not_before__lte=now).exclude(left_out)
            free = due.select_for_update(of=("self",), skip_locked=True).order_by("not_before", "pk")
            lead = free.first()
            if lead is None:
                return []
            opens = _open_from(lead, now)
            if opens <= now:
                break
            Delivery.objects.filter(pk=lead.pk).update(not_before=opens)
        if lead.tries == 0 and _goes_together(lead):
            same = due.filter(operator=lead.operator_id, route=lead.route_id, tries=0).exclude(pk=lead.pk)
            others = same.select_for_update(of=("self",), skip_locked=True).order_by("pk").values_list("pk", flat=True)
            Delivery.objects.filter(pk__in=list(others[:_MOST_TOGETHER])).update(lead=lead)
        group = Delivery.objects.filter(Q(pk=lead.pk) | Q(lead=lead.pk))
        group.update(state=State.SENDING, claim=token, claimed_at=now, ended_at=None)
        rows = list(group.select_related("event__aws_account", "operator", "route__aws_account", "route__kept_by"))
    return sorted(rows, key=lambda row: (row.pk != lead.pk, row.pk))


def _open_from(lead: Delivery, now: datetime) -> datetime:
    """Quiet hours may have begun since it was told of, or been set."""
    if kind_of_row(lead.event.kind).always:
        return now
    return open_from(_recipient(lead), now)


def _recipient(row: Delivery) -> NotificationTimes:
    if row.route is not None:
        return row.route
    assert row.operator is not None  # noqa: S101  one of the two, by a constraint
    return choices_of(row.operator)


def _goes_together(lead: Delivery) -> bool:
    """Programs read webhooks: one message for each event. A test says whether that very message arrives."""
    is_webhook = lead.route is not None and lead.route.channel == NotificationRoute.Channel.WEBHOOK
    return not is_webhook and kind_of_row(lead.event.kind).on_pages


def _without(rows: Sequence[Delivery], why: dict[int, str]) -> SentMessage:
    """Takes out of the message what isn't told any more. One that was tried keeps its id and its lead."""
    lead, left = rows[0], [row for row in rows if not why[row.pk]]
    if lead.tries and left:
        return SentMessage(lead, left)
    with transaction.atomic():
        new_lead = left[0] if left else None
        if new_lead is not None:
            Delivery.objects.filter(pk__in=[row.pk for row in left[1:]]).update(lead=new_lead)
            Delivery.objects.filter(pk=new_lead.pk).update(lead=None)
        dropped = [row for row in rows if row not in left]
        for row in dropped:
            alone = {"lead": None} if left else {}
            mine = Delivery.objects.filter(pk=row.pk, claim=row.claim)
            mine.update(state=State.DROPPED, said=why[row.pk], claim="", ended_at=clock.now(), **alone)
    return SentMessage(new_lead or lead, left)


# ---- What became of it -------------------------------------------------------------------------------------------
def note(message: SentMessage, outcome: Outcome) -> None:
    """Writes it down, unless another worker has the message now."""
    with transaction.atomic():
        mine = Delivery.objects.filter(pk=message.lead.pk, claim=message.lead.claim)
        row = mine.filter(state__in=(State.SENDING, State.UNKNOWN)).select_for_update().first()
        if row is None:
            log.warning("message %s was taken over by another worker", message.lead.message_id)
            return
        row.tries += 1
        row.said, now = outcome.said[:300], clock.now()
        row.state, row.not_before = _state_after(outcome, row.tries, row.not_before, now)
        row.claim = ""
        row.ended_at = None if row.state == State.WAITING else now
        row.save(update_fields=["tries", "said", "state", "not_before", "claim", "ended_at"])
        same = {name: getattr(row, name) for name in ("said", "state", "not_before", "claim", "ended_at")}
        Delivery.objects.filter(lead=row).update(**same)
        _note_of_recipient(message.lead, outcome, now)


def _state_after(outcome: Outcome, tries: int, not_before: datetime, now: datetime) -> tuple[Delivery.State, datetime]:
    if outcome.result in _ENDS:
        return _ENDS[outcome.result], not_before
    if tries > len(PAUSES):
        return State.FAILED, not_before
    return State.WAITING, now + max(PAUSES[tries - 1], timedelta(seconds=outcome.after_s))


_ENDS = {Result.ACCEPTED: State.DELIVERED, Result.REFUSED: State.FAILED, Result.UNKNOWN: State.UNKNOWN}


def _note_of_recipient(lead: Delivery, outcome: Outcome, now: datetime) -> None:
    """Whether the address works. A mail server that is away says nothing of one."""
    failed = outcome.result in (Result.REFUSED, Result.RETRY)
    if lead.route is not None:
        if outcome.gone:
            NotificationRoute.objects.filter(pk=lead.route.pk).update(is_on=False, off_because=outcome.said)
        mine: QuerySet[Any] = NotificationRoute.objects.filter(pk=lead.route.pk)
    else:
        mine = OperatorNotifications.objects.filter(operator=lead.operator_id)
        if failed:
            OperatorNotifications.objects.get_or_create(operator=lead.operator)
    if failed:
        mine.update(failed_as=outcome.said[:300])
        mine.filter(failing_since=None).update(failing_since=now)
    elif outcome.result is Result.ACCEPTED:
        mine.exclude(failing_since=None).update(failing_since=None, failed_as="")
