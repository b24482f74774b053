"""What is personal of who did it – session, person, address – is kept for KEEP_DOERS_DAYS, and can be erased before."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts import audit
from accounts.models import AuditText, AwsAccount, Operator
from sync import clock
from sync.activity.lookup import HISTORY
from sync.models import ActivityAnswer, ReceivedEvent, Revision, TrailEvent

logger = logging.getLogger(__name__)

ERASED = AuditText.ERASED
# What is personal, and is erased as what operators typed is, wherever it names somebody who is erased.
PERSONAL = ((TrailEvent, "personal"), (ActivityAnswer, "calls"), (ReceivedEvent, "record"))
ANSWERS_KEPT = timedelta(hours=1)
_AT_ONCE = 1_000

audit.register({"doer.erased": "erased the session, person and address of who changed {object}"})


def forget_old() -> int:
    """Once a minute. Returns of how many events it emptied what is personal."""
    now = clock.now()
    ActivityAnswer.objects.filter(asked_at__lt=now - ANSWERS_KEPT).delete()
    _forget_unused(now)
    if not settings.KEEP_DOERS_DAYS:
        return 0
    old = TrailEvent.objects.filter(at__lt=now - timedelta(days=settings.KEEP_DOERS_DAYS)).exclude(personal="")
    pks = list(old.order_by("at").values_list("pk", flat=True)[:_AT_ONCE])
    emptied = TrailEvent.objects.filter(pk__in=pks).update(personal="")
    if emptied:
        logger.info("Sessions, people and addresses of %s calls were erased.", emptied)
    return emptied


def _forget_unused(now: datetime) -> None:
    """Events that explain no revision any more, since it went.

    As long as CloudTrail has them, those stay which somebody else made with the console's role, a finding; and those
    that were erased, which would come back with all that is personal.
    """
    unused = TrailEvent.objects.filter(authorships=None, at__lt=now - timedelta(days=1))
    unused = unused.exclude(Q(with_our_role=True, reported=False) | Q(personal=ERASED), at__gt=now - HISTORY)
    TrailEvent.objects.filter(pk__in=list(unused.values_list("pk", flat=True)[:_AT_ONCE])).delete()


@transaction.atomic
def erase(*, aws_account: AwsAccount, actor: Operator, revision: Revision, called: str) -> int:
    """What is personal of who brought about that revision; returns of how many events. `called`: the object."""
    events = TrailEvent.objects.filter(aws_account=aws_account, authorships__revision=revision)
    found = events.exclude(personal__in=("", ERASED)).select_for_update(of=("self",))
    due = dict(found.values_list("pk", "event_id"))
    if due:
        TrailEvent.objects.filter(pk__in=due).update(personal=ERASED)
        came = ReceivedEvent.objects.filter(aws_account=aws_account, event_id__in=due.values())
        came.update(record="")
        audit.record(
            "doer.erased",
            actor=actor,
            aws_account=aws_account,
            obj=("revision", revision.pk, called),
            data={"revision": revision.pk, "events": len(due)},
        )
    return len(due)
