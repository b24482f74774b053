"""Follows up on events: reads the objects again that they are about, each once, within a budget, and names who did it.

What is to be read stands in rows (`ObjectHint`): a worker that dies leaves it to the next one.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import AwsAccount
from sync import clock, mirror, pull, queue, refresh
from sync.activity import accepting, questions, reports
from sync.mirror.base import DETAILS
from sync.mirror.store import settle_time
from sync.models import Facet, MirroredRow, ObjectHint, Revision, Run, SourceState
from sync.object_ref import ObjectRef

logger = logging.getLogger(__name__)

A_MINUTE = timedelta(minutes=1)
BUDGET = 30  # objects of an AWS account that are read again in a minute: some calls each
SOURCE_EVERY = timedelta(minutes=5)  # what shows many objects is pulled no more often
AGAIN_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15))
_BUSY_AGAIN_AFTER = timedelta(seconds=10)


def follow(aws_account_id: int) -> int:
    """Reads what is due, as far as the budget goes. Returns how many objects and sources."""
    aws_account = AwsAccount.objects.get(pk=aws_account_id)
    if not aws_account.is_connected or aws_account.resting:
        return 0
    until, done = time.monotonic() + settings.WORKER_SLICE_S, 0
    while time.monotonic() < until and budget_left(aws_account) > 0:
        hint = next_due(aws_account)
        if hint is None:
            break
        _follow(hint)
        done += 1
    if done and questions.take_up(aws_account):
        queue.wake(queue.ASK_TRAIL, aws_account.pk)
    return done


def budget_left(aws_account: AwsAccount) -> int:
    since = clock.now() - A_MINUTE
    lately = Run.objects.filter(aws_account=aws_account, trigger=Run.Trigger.EVENT, created_at__gt=since)
    return BUDGET - lately[:BUDGET].count()


def next_due(aws_account: AwsAccount) -> ObjectHint | None:
    """The one that has waited longest, for the caller alone while CLAIM_TIMEOUT_S runs."""
    while True:
        now = clock.now()
        due = ObjectHint.objects.filter(aws_account=aws_account, next_at__lte=now)
        found = due.select_related("aws_account").order_by("hinted_at", "pk").first()
        if found is None:
            return None
        until = now + timedelta(seconds=settings.CLAIM_TIMEOUT_S)
        if ObjectHint.objects.filter(pk=found.pk, next_at=found.next_at).update(next_at=until):
            found.next_at = until
            return found


def _follow(hint: ObjectHint) -> None:
    if hint.source:
        _pull(hint)
        return
    if _is_known(hint):
        _name_doers(hint)
        _close(hint)
        return
    ref = first_ref(hint)
    if ref is None:
        _close(hint)  # nothing that is mirrored here: the next pull says
        return
    run = _start(hint)
    refresh.work(run.pk, first=ref)
    run.refresh_from_db()
    _conclude(hint, run)


def _start(hint: ObjectHint) -> Run:
    return pull.start(
        aws_account=hint.aws_account,
        source=Run.OBJECT,
        region=hint.region,
        of=(hint.kind, hint.object_id),
        trigger=Run.Trigger.EVENT,
        wake=False,
    )


def _conclude(hint: ObjectHint, run: Run) -> None:
    """AWS may show the state of before for a while: where nothing had changed, it is looked at once more."""
    if run.state != Run.State.DONE:
        after = _BUSY_AGAIN_AFTER if run.is_active else AGAIN_AFTER[min(hint.tries, len(AGAIN_AFTER) - 1)]
        if not run.is_active and hint.tries >= len(AGAIN_AFTER):
            logger.info("%s was not read again: the next pull reads it", hint)
            _close(hint)
        else:
            _postpone(hint, clock.now() + after, tries=hint.tries + (not run.is_active))
        return
    _name_doers(hint)
    settled_at = hint.newest_at + settle_time()
    began = run.started_at or run.created_at
    if began >= settled_at or Revision.objects.filter(run=run, drift_in=hint.aws_account).exists():
        _close(hint)
    else:
        _postpone(hint, settled_at, tries=hint.tries)


def _name_doers(hint: ObjectHint) -> None:
    questions.take_up(hint.aws_account)
    reports.name(hint.aws_account, hint.region, hint.kind, hint.object_id)
    accepting.weigh(hint.aws_account)


# ---- What the mirror has ---------------------------------------------------------------------------------------------
def _is_known(hint: ObjectHint) -> bool:
    """Whether all that is read of the object was read since the event, and long enough after it."""
    facets = Facet.objects.filter(
        aws_account=hint.aws_account, region=hint.region, kind=hint.kind, object_id=hint.object_id
    )
    told = {each.source for each in mirror.facets_of(hint.kind) if each.keeps_history or each.source == DETAILS}
    found = list(facets.filter(source__in=told).values_list("source", "read_at", "gone_at"))
    read_at = {source: max(read, gone or read) for source, read, gone in found}
    details = read_at.get(DETAILS)
    if details is None:
        return False
    since = hint.newest_at + settle_time()
    is_gone = any(source == DETAILS and gone is not None for source, _, gone in found)
    return all(each >= since for each in ([details] if is_gone else read_at.values()))


def first_ref(hint: ObjectHint) -> ObjectRef | None:
    """How AWS is asked about it. None for what no mirror here can have: it isn't read in this AWS account."""
    about = mirror.registry.get((hint.kind, DETAILS))
    if about is None:
        return None
    rows = about.model.objects.filter(aws_account=hint.aws_account, aws_id=hint.object_id, region=hint.region)
    row: MirroredRow | None = rows.first()
    if row is not None:
        return about.ref(row)
    if not (hint.name or hint.arn) or not _was_pulled(hint):
        return None
    return ObjectRef(hint.kind, hint.object_id, hint.name, hint.arn, hint.region)


def _was_pulled(hint: ObjectHint) -> bool:
    """Until all objects of its kind were read once, one of them is no news."""
    names = [each.name for each in mirror.sources.values() if each.facet == DETAILS and hint.kind in each.kinds]
    of_it = {"aws_account": hint.aws_account, "region": hint.region, "source__in": names}
    return SourceState.objects.filter(**of_it, done__isnull=False).exists()


# ---- What becomes of a hint ------------------------------------------------------------------------------------------
def _pull(hint: ObjectHint) -> None:
    """By a worker that pulls, in its turn."""
    source = mirror.sources.get(hint.source)
    if source is None or not source.serves(hint.aws_account):
        _close(hint)
        return
    runs = Run.objects.filter(aws_account=hint.aws_account, region=hint.region, source=hint.source, object_id="")
    last = runs.order_by("-pk").first()
    if last is not None and last.is_active and last.state == Run.State.RUNNING:
        _postpone(hint, clock.now() + A_MINUTE, tries=hint.tries)  # it may have passed by already
    elif last is not None and last.created_at > clock.now() - SOURCE_EVERY:
        _postpone(hint, last.created_at + SOURCE_EVERY, tries=hint.tries)
    else:
        pull.start(aws_account=hint.aws_account, source=hint.source, region=hint.region, trigger=Run.Trigger.EVENT)
        _close(hint)


def _close(hint: ObjectHint) -> None:
    """… unless another event about it came meanwhile."""
    ObjectHint.objects.filter(pk=hint.pk, next_at=hint.next_at).delete()


def _postpone(hint: ObjectHint, then: datetime, *, tries: int) -> None:
    ObjectHint.objects.filter(pk=hint.pk, next_at=hint.next_at).update(next_at=then, tries=tries)
