"""The outbox: workers claim what is due, send it, and note what became of it. At least once, but for e-mail.

A row is claimed in one transaction, sent outside of any, and noted in another. A worker that dies in between leaves a
claim that grows old: a request is then sent again under the same id, by which its receiver knows it; of a mail nobody
knows whether it was accepted, so it is shown as that, and operators send it again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from iamconsole import clock, messages
from notifications import sending
from notifications.channels.message import Outcome, Result
from notifications.claims import SentMessage, claim, note
from notifications.models import Delivery, NotificationRoute, NotifiedEvent
from notifications.telling import DELIVER

log = logging.getLogger(__name__)
State = Delivery.State

CLAIM_HOLDS = timedelta(seconds=180)  # no task runs longer (CELERY_TASK_TIME_LIMIT)
_FORGOTTEN_AT_ONCE = 500
_STOPPED = "The worker stopped before it noted what became of it."
_MAILS = Q(route=None) | Q(route__channel=NotificationRoute.Channel.MAIL)


@dataclass
class _LeftOut:
    """What isn't tried any more in this turn: it would only wait for the same again."""

    routes: set[int] = field(default_factory=set)
    mails: bool = False

    def rows(self) -> Q:
        return Q(route__in=self.routes) | (_MAILS if self.mails else Q(pk=None))

    def learn(self, message: SentMessage, outcome: Outcome) -> None:
        self.mails |= outcome.result is Result.NO_SERVER
        if message.lead.route_id and outcome.result is Result.RETRY:
            self.routes.add(message.lead.route_id)


# ---- On hold -----------------------------------------------------------------------------------------------------
# An app above may say that nothing is sent for now: what is told meanwhile waits. It registers in `AppConfig.ready()`.
_holds: list[Callable[[], bool]] = []


def register_hold(is_on_hold: Callable[[], bool]) -> None:
    _holds.append(is_on_hold)


def is_on_hold() -> bool:
    return any(hold() for hold in _holds)


def waiting_since_before(at: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.waiting().filter(created_at__lt=at)


def drop_older(than: datetime, *, said: str) -> int:
    """Gives up what waits since before then; returns how many rows."""
    return waiting_since_before(than).update(state=State.DROPPED, said=said, claim="", ended_at=clock.now())


def work() -> int:
    """Sends what is due for a slice of time. Returns how many messages it tried."""
    if is_on_hold():
        return 0
    until, left_out, tried = time.monotonic() + settings.WORKER_SLICE_S, _LeftOut(), 0
    while time.monotonic() < until:
        message = claim(left_out.rows())
        if message is None:
            return tried
        if message.rows:
            outcome = sending.send(message.lead, message.rows)
            note(message, outcome)
            left_out.learn(message, outcome)
            tried += 1
    messages.send(DELIVER)
    return tried


# ---- Once a minute -----------------------------------------------------------------------------------------------
def wake_due() -> bool:
    """Takes back what dead workers hold, and wakes one where anything is due. Returns whether something is."""
    now = clock.now()
    take_back(now)
    if is_on_hold():
        return False
    is_due = Delivery.objects.messages().waiting().filter(not_before__lte=now).exists()
    if is_due:
        messages.send(DELIVER)
    return is_due


def take_back(now: datetime) -> None:
    """A claim from the future was written by a clock that has been set back since.

    That of a mail stays: a worker that was slow, and not dead, may still say how it ended.
    """
    old = Q(claimed_at__lt=now - CLAIM_HOLDS) | Q(claimed_at__gt=now + CLAIM_HOLDS)
    left = Delivery.objects.filter(old, state=State.SENDING)
    mails = list(left.filter(_MAILS).values_list("pk", flat=True))
    left.filter(pk__in=mails).update(state=State.UNKNOWN, said=_STOPPED, ended_at=now)
    left.exclude(pk__in=mails).update(state=State.WAITING, said=_STOPPED, claim="", not_before=now)


def forget_old() -> int:
    """Some of the events of long ago that nothing is left to do of. Returns how many rows went."""
    before = clock.now() - timedelta(days=settings.KEEP_MESSAGES_DAYS)
    unfinished = Delivery.objects.filter(event=OuterRef("pk"), ended_at=None)
    old = NotifiedEvent.objects.filter(~Exists(unfinished), at__lt=before).order_by("at")
    pks = list(old.values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE])
    return NotifiedEvent.objects.filter(pk__in=pks).delete()[0] if pks else 0
