"""Old history, pulls and their logs: what goes, and what is still needed. How long: iamconsole/retention.py.

The minute's tick takes a little away each time.

What goes of a facet are revisions that were no longer in force when the time kept begins. "As of" any moment since
then stays right, and each revision that stays also keeps the one before it, which says what it changed.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from sync import pull_groups
from sync.models import Change, ChangeLine, Revision, Run

BATCH = 1000  # revisions, and logs, looked at in one turn: the longest that a pull waits for it
RUNS_BATCH = 200
LINES_BATCH = 2_000
# The last revision, and the last run, that was looked at; lost, it begins anew.
_PLACE, _LOGS_PLACE, _RUNS_PLACE = "retention-place", "retention-logs-place", "retention-runs-place"
_LINES_PLACE = "retention-lines-place"

log = logging.getLogger("iamconsole.retention")

# Drift that nobody has decided on, or that a change was proposed to undo.
OPEN_DRIFT = Q(origin=Revision.Origin.OUTSIDE) & (
    Q(accepted_at__isnull=True, reverted_at__isnull=True) | Q(reversal__isnull=False)
)
_REFERRED_TO = Q(step__isnull=False) | OPEN_DRIFT


def forget_old() -> int:
    """Looks at the next revisions. Returns how many it removed."""
    if not settings.KEEP_HISTORY_DAYS:
        return 0
    since = timezone.now() - timedelta(days=settings.KEEP_HISTORY_DAYS)
    last_time = cache.get(_PLACE, 0)
    looked_at = list(Revision.objects.filter(pk__gt=last_time).order_by("pk").values_list("pk", flat=True)[:BATCH])
    removed = 0
    if looked_at:
        here = Revision.objects.filter(pk__gt=last_time, pk__lte=looked_at[-1])
        _, by_model = outlived(here, since).delete()
        removed = by_model.get(Revision._meta.label, 0)
        log.info("%s revisions from before %s were removed.", removed, since.date())
    cache.set(_PLACE, looked_at[-1] if len(looked_at) == BATCH else 0, timeout=None)
    return removed


def outlived(revisions: QuerySet[Revision], since: datetime) -> QuerySet[Revision]:
    """Those that nothing needs any more of what was the case `since` then, or that is still to be decided on."""
    of_same = Revision.objects.filter(facet=OuterRef("facet")).order_by()
    following = of_same.filter(number__gt=OuterRef("number")).order_by("number").values("number")[:1]
    two_later = of_same.filter(number__gt=OuterRef("following"), seen_at__lte=since)
    explains = of_same.filter(OPEN_DRIFT, number=OuterRef("following"))
    counted = revisions.annotate(following=Subquery(following))
    return counted.filter(Exists(two_later), ~Exists(explains), seen_at__lt=since).exclude(_REFERRED_TO)


def forget_logs() -> int:
    """Looks at the next runs, which stay with their figures. Returns how many logs it emptied."""
    limits = [days for days in (settings.KEEP_LOGS_DAYS, settings.KEEP_HISTORY_DAYS) if days]
    if not limits:
        return 0
    before = timezone.now() - timedelta(days=min(limits))
    last_time = cache.get(_LOGS_PLACE, 0)
    next_ones = Run.objects.filter(pk__gt=last_time).order_by("pk").values_list("pk", "finished_at")
    looked_at = list(next_ones[:BATCH])
    old = [pk for pk, finished_at in looked_at if finished_at is not None and finished_at < before]
    emptied = Run.objects.filter(pk__in=old).exclude(log=[]).update(log=[])
    goes_on = len(looked_at) == BATCH and bool(old)  # they are in the order of their making
    cache.set(_LOGS_PLACE, looked_at[-1][0] if goes_on else 0, timeout=None)
    return emptied


def forget_lines() -> int:
    """Some lines of changes that ended long ago. Returns how many."""
    if not settings.KEEP_LINES_DAYS:
        return 0
    before = timezone.now() - timedelta(days=settings.KEEP_LINES_DAYS)
    last_time = cache.get(_LINES_PLACE, 0)
    looked_at = list(Change.objects.filter(pk__gt=last_time).order_by("pk").values_list("pk", flat=True)[:BATCH])
    ended = Change.objects.filter(pk__in=looked_at, finished_at__lt=before).exclude(state__in=Change.OPEN)
    pks = list(ChangeLine.objects.filter(change__in=ended).order_by("pk").values_list("pk", flat=True)[:LINES_BATCH])
    removed = ChangeLine.objects.filter(pk__in=pks).delete()[0] if pks else 0
    if removed < LINES_BATCH:  # of these changes nothing is left
        cache.set(_LINES_PLACE, looked_at[-1] if len(looked_at) == BATCH else 0, timeout=None)
    return removed


# ---- Runs ----------------------------------------------------------------------------------------------------


def forget_runs() -> int:
    """Looks at the next runs. Returns how many it removed."""
    if not settings.KEEP_RUNS_DAYS:
        return 0
    since = timezone.now() - timedelta(days=settings.KEEP_RUNS_DAYS)
    last_time = cache.get(_RUNS_PLACE, 0)
    next_ones = Run.objects.filter(pk__gt=last_time).order_by("pk").values_list("pk", "created_at")
    looked_at = list(next_ones[:RUNS_BATCH])
    old = [pk for pk, created_at in looked_at if created_at < since]
    gone = list(idle(Run.objects.filter(pk__in=old, finished_at__lt=since)).order_by().values_list("pk", flat=True))
    if gone:
        Run.objects.filter(pk__in=gone).delete()
        pull_groups.unmark(gone)
        log.info("%s runs from before %s were removed.", len(gone), since.date())
    goes_on = len(looked_at) == RUNS_BATCH and bool(old)  # they are in the order of their making
    cache.set(_RUNS_PLACE, looked_at[-1][0] if goes_on else 0, timeout=None)
    return len(gone)


def idle(runs: QuerySet[Run]) -> QuerySet[Run]:
    """Those that nothing needs to say when it was seen, or how its source stands."""
    of_place = Run.objects.filter(
        aws_account=OuterRef("aws_account"), source=OuterRef("source"), region=OuterRef("region"), object_id=""
    ).order_by()
    complete = of_place.filter(state=Run.State.DONE)
    following = complete.filter(pk__gt=OuterRef("pk")).order_by("pk").values("pk")[:1]
    drift = Revision.objects.filter(OPEN_DRIFT, run__gt=OuterRef("pk")).order_by()
    of_account, of_object = (
        Q(drift_in=OuterRef("aws_account"), run__lte=OuterRef("following")),
        Q(
            facet__aws_account=OuterRef("aws_account"),
            facet__region=OuterRef("region"),
            facet__kind=OuterRef("object_kind"),
            facet__object_id=OuterRef("object_id"),
        ),
    )
    brought_something = Exists(Revision.objects.filter(run=OuterRef("pk")))
    is_newest = ~Exists(of_place.filter(state=OuterRef("state"), pk__gt=OuterRef("pk")))
    is_first = Q(state=Run.State.DONE) & ~Q(Exists(complete.filter(pk__lt=OuterRef("pk"))))
    # The last complete one before that which saw something: between these two it was changed.
    comes_before = Q(state=Run.State.DONE) & Q(Exists(drift.filter(of_account)))
    of_all = Q(object_id="") & (Q(is_newest) | is_first | comes_before)
    of_one = ~Q(object_id="") & Q(Exists(drift.filter(of_object)))
    ended = runs.annotate(following=Subquery(following)).exclude(state__in=Run.ACTIVE)
    return ended.filter(~(Q(brought_something) | of_all | of_one))
