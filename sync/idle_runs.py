"""Pulls that found nothing, summed up: of an AWS account with 17 Regions they are 4,600 a day, and say nothing each.

A complete pull of the schedule that brought nothing new is counted into the total of its day (`PullDay`), and its row
goes, both in one transaction: a tick that dies counts none twice. What stays is what `retention.idle` keeps, and the
pull right before one that brought something, or before an event that did, so that drift, also when it is accepted, and
"as of" still name the two between which it was changed.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from sync import clock, drift, pull_groups, retention
from sync.models import PullDay, Revision, Run

BATCH = 200
_LONGEST_S = 1.0  # of one tick
_PLACE = "retention-idle-place"  # the last run that was looked at; lost, it begins anew

log = logging.getLogger("iamconsole.retention")


def sum_up() -> int:
    """Looks at the next runs for a second. Returns how many it summed up."""
    if not settings.KEEP_IDLE_RUNS_DAYS:
        return 0
    before, until, number = clock.now() - timedelta(days=settings.KEEP_IDLE_RUNS_DAYS), monotonic() + _LONGEST_S, 0
    goes_on = True
    while goes_on and monotonic() < until:
        summed, goes_on = next_batch(before)
        number += summed
    if number:
        log.info("%s pulls from before %s that found nothing were summed up.", number, before.date())
    return number


def next_batch(before: datetime) -> tuple[int, bool]:
    """How many of them were summed up, and whether there may be more."""
    last_time = cache.get(_PLACE, 0)
    next_ones = Run.objects.filter(pk__gt=last_time).order_by("pk").values_list("pk", "created_at")
    looked_at = list(next_ones[:BATCH])
    old = [pk for pk, created_at in looked_at if created_at < before]
    summed = _sum_up(list(that_found_nothing(Run.objects.filter(pk__in=old, finished_at__lt=before)))) if old else 0
    goes_on = len(looked_at) == BATCH and len(old) == BATCH  # they are in the order of their making
    cache.set(_PLACE, looked_at[-1][0] if goes_on else 0, timeout=None)
    return summed, goes_on


def that_found_nothing(runs: QuerySet[Run]) -> QuerySet[Run]:
    """Those whose rows say no more than that there was one."""
    nothing = {"new": 0, "changed": 0, "gone": 0, "error": {}, "object_id": "", "started_at__isnull": False}
    complete = runs.filter(state=Run.State.DONE, trigger=Run.Trigger.SCHEDULE, **nothing)
    next_brought_something = Revision.objects.filter(run=OuterRef("following")).order_by()
    stays = Q(Exists(next_brought_something)) | Q(Exists(_drift_before_the_next()))
    return retention.idle(complete).exclude(stays).defer("log", "cursor")


def _drift_before_the_next() -> QuerySet[Any]:
    """What an object's refresh, such as one after an event, found after a run, before the next of the same source.

    Also what is accepted by now: between this run and that refresh it was changed (`drift.drift_in`).
    """
    since = Revision.objects.filter(run__gt=OuterRef("pk"), run__lte=OuterRef("following")).order_by()
    there = since.filter(drift_in=OuterRef("aws_account"), facet__region=OuterRef("region"))
    return drift.with_source(there).filter(source=OuterRef("source"))


def _sum_up(runs: Sequence[Run]) -> int:
    by_day: defaultdict[tuple[int, str, date], list[Run]] = defaultdict(list)
    with transaction.atomic():
        pks = [run.pk for run in runs]
        there = set(Run.objects.filter(pk__in=pks).select_for_update().values_list("pk", flat=True))
        for run in runs:
            if run.pk in there and run.finished_at is not None:
                by_day[run.aws_account_id, run.source, run.finished_at.astimezone(UTC).date()].append(run)
        for (aws_account_id, source, day), of_day in by_day.items():
            _add(aws_account_id, source, day, of_day)
        Run.objects.filter(pk__in=there).delete()
        pull_groups.unmark(there)
    return len(there)


def _add(aws_account_id: int, source: str, day: date, runs: Sequence[Run]) -> None:
    took = sum((max(run.finished_at - run.started_at, timedelta()) for run in runs), timedelta())  # type: ignore[operator]
    figures = {"runs": len(runs), "seen": sum(run.seen for run in runs), "took_ms": took // timedelta(milliseconds=1)}
    of_day = {"aws_account_id": aws_account_id, "source": source, "day": day}
    if not PullDay.objects.filter(**of_day).update(**{name: F(name) + number for name, number in figures.items()}):
        PullDay.objects.create(**of_day, **figures)


def forget_days() -> int:
    """Returns how many totals went."""
    if not settings.KEEP_RUNS_DAYS:
        return 0
    old = PullDay.objects.filter(day__lt=clock.now().date() - timedelta(days=settings.KEEP_RUNS_DAYS)).order_by("day")
    pks = list(old.values_list("pk", flat=True)[: 5 * BATCH])
    return PullDay.objects.filter(pk__in=pks).delete()[0] if pks else 0
