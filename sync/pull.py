"""Pulls: a run reads one source of one AWS account into the mirror. Start, work, and find what is due.

The row is the queue: `start` writes it and wakes a worker; `work` claims it, goes on for a slice of time, and wakes
the next one; `sweep_due` finds what a dead worker left, what a lost message hides, and what the schedule asks for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Case, Q, QuerySet, When

from accounts import audit
from accounts.models import AwsAccount, Operator
from sync import clock, empty_regions, pull_groups, queue, schedule
from sync.error_isolation import for_each_isolated
from sync.mirror import Source, sources
from sync.mirror.base import first_source
from sync.models import PullTurn, Run
from sync.pull_slice import RemainingWork, Slice
from sync.runs import claim, with_line
from sync.schedule import DueSource

_TRIES_TO_START = 3
# By one tick: each that finds a run wakes another worker while more of them wait.
_MOST_WOKEN = 8


def start(
    *,
    aws_account: AwsAccount,
    source: str = "",
    region: str = "",
    trigger: str,
    actor: Operator | None = None,
    lift_brake: bool = False,
    wake: bool = True,
    of: tuple[str, str] = ("", ""),
    is_audited: bool = True,
) -> Run:
    """The new run, or the active one when there is one; of the first source, if none is named.

    `lift_brake`: its sweep may tombstone any number of objects.
    `wake=False` is for who works on it at once; `of` is the kind and id of the one object that it is about.
    `is_audited`: the audit trail has an entry of it, when an operator starts it.
    """
    kind, object_id = of
    source = source or first_source().name
    place = {
        "aws_account": aws_account,
        "region": region,
        "source": source,
        "object_kind": kind,
        "object_id": object_id,
    }
    for tries_left in reversed(range(_TRIES_TO_START)):
        active = Run.objects.filter(**place, state__in=Run.ACTIVE).first()
        if active is not None:
            return _asked_for(active, trigger, actor)
        try:
            with transaction.atomic():
                sends = wake and _lacks_messages(aws_account, source)
                run = Run.objects.create(
                    **place,
                    trigger=trigger,
                    started_by=actor,
                    heartbeat_at=clock.now(),
                    rests=not wake,
                    cursor={"lift_brake": True} if lift_brake else {},
                )
                if is_audited:
                    _record("pull.started", run, actor)
        except IntegrityError:  # somebody else started one just now
            if not tries_left:
                raise
            continue
        break
    if sends:
        transaction.on_commit(partial(queue.wake, _task(source), run.pk))
    return run


def _asked_for(run: Run, trigger: str, actor: Operator | None) -> Run:
    """The active run that somebody starts now: one of the schedule's that hasn't begun becomes theirs."""
    waits = Run.objects.filter(pk=run.pk, state=Run.State.QUEUED, trigger=Run.Trigger.SCHEDULE)
    if trigger in _WAITED_FOR and waits.update(trigger=trigger, started_by=actor):
        run.refresh_from_db()
    return run


def _task(source: str) -> str:
    return queue.REFRESH if source == Run.OBJECT else queue.PULL


def _lacks_messages(aws_account: AwsAccount, source: str) -> bool:
    """Whether a run that starts now needs a message of its own.

    So many workers as may read the AWS account at once are told; each goes on as long as runs wait. Hundreds of
    messages would hold up whatever else the workers do, such as looking for findings.
    """
    if source == Run.OBJECT:
        return True
    told = Run.objects.filter(aws_account=aws_account, state=Run.State.QUEUED, rests=False).exclude(source=Run.OBJECT)
    return told[:MOST_AT_ONCE].count() < MOST_AT_ONCE


def work_next() -> None:
    """Goes on with the run whose turn it is. While others wait, the next worker is woken for them."""
    if any(work(run_id, wake=False) for run_id in runs_in_turn()):
        waits = waiting_runs().values_list("pk", flat=True).first()
        if waits is not None:
            queue.wake(queue.PULL, waits)


def work(run_id: int, *, wake: bool = True) -> bool:
    """Goes on with a run for a slice of time. False when another worker has it, or it has ended.

    `wake`: a worker is woken to go on with it, where there is more.
    """
    more: RemainingWork | None = None
    with claim(run_id, Slice) as at_work:
        if at_work is None:
            return False
        more = at_work.go_on(until=monotonic() + settings.WORKER_SLICE_S)
    had_turn(at_work.aws_account)
    if more is RemainingWork.NOW and wake:
        queue.wake(queue.PULL, run_id)
    elif more in (None, RemainingWork.NOTHING):
        _start_followers(_noted(run_id))
    return True


def finish(run_id: int, *, progress: Callable[[Run], None]) -> bool:
    """Works on a run to its end, here and now. False when another worker has it."""
    with claim(run_id, Slice) as at_work:
        if at_work is None:
            return False
        at_work.go_on(until=None, progress=progress)
    _noted(run_id)
    return True


def _noted(run_id: int) -> Run:
    """A run that has ended, or was taken from this worker."""
    run = Run.objects.select_related("aws_account").get(pk=run_id)
    empty_regions.note_end(run)
    return run


def cancel(*, run: Run, actor: Operator | None) -> None:
    """Stops an active run at its next step. What it stored stays; nothing is tombstoned."""
    with transaction.atomic():
        said = with_line(run.log, "Cancelled.")
        stopped = Run.objects.filter(pk=run.pk, state__in=Run.ACTIVE).update(
            state=Run.State.CANCELLED, finished_at=clock.now(), claim="", cursor={}, log=said
        )
        if stopped:
            _record("pull.cancelled", run, actor)


def _record(verb: str, run: Run, actor: Operator | None) -> None:
    """What operators did themselves only: the schedule's runs are in the list of pulls."""
    if actor is not None:
        about: dict[str, Any] = {"pull": run.pk, "source": run.source}
        if run.cursor.get("lift_brake"):
            about["lift_brake"] = True
        audit.record(verb, actor=actor, aws_account=run.aws_account, obj=("run", run.pk, str(run)), data=about)


def start_all(*, aws_account: AwsAccount, trigger: str, actor: Operator | None = None, wake: bool = True) -> list[Run]:
    """Starts every source that can be read now, whether it is due or not; those that are slow by nature only if due.

    The audit trail has one entry of all that.
    """
    newest = _newest()
    how: dict[str, Any] = {
        "aws_account": aws_account,
        "trigger": trigger,
        "actor": actor,
        "wake": wake,
        "is_audited": False,
    }
    with transaction.atomic():
        due = [
            each for each in schedule.readable(aws_account) if sources[each.source].every is None or schedule.take(each)
        ]
        asked, nothing = _told_apart(aws_account, due)
        runs = [start(**how, source=each.source, region=each.region) for each in asked]
        complete = empty_regions.complete_at_once(aws_account, nothing, trigger=trigger, actor=actor)
        new = [run.pk for run in runs if run.pk > newest]
        pull_groups.mark([*new, *(run.pk for run in complete)])
        if new and actor is not None:
            about = {"sources": len(new), "first": min(new), "last": max(new)}
            obj = ("aws_account", aws_account.account_id, str(aws_account))
            audit.record("pull.all_started", actor=actor, aws_account=aws_account, obj=obj, data=about)
    return runs


def wake_workers() -> None:
    """For runs that nobody works on."""
    unheard = clock.is_silent() | Q(state=Run.State.RUNNING, claim="")
    left = Run.objects.filter(unheard, state__in=Run.ACTIVE)
    left.filter(rests=True).update(rests=False)
    pulls = left.exclude(source=Run.OBJECT).order_by("pk").values_list("pk", flat=True)[:_MOST_WOKEN]
    for run_id in pulls:
        queue.wake(queue.PULL, run_id)
    for run_id in left.filter(source=Run.OBJECT).values_list("pk", flat=True):
        queue.wake(queue.REFRESH, run_id)


def start_due() -> None:
    """What the schedule asks for."""
    for_each_isolated(AwsAccount.objects.filter(pull_every_minutes__gt=0, resting=""), _start_due)


# Once a minute, each by itself (sync/ticks.py).
PARTS = (wake_workers, start_due)


def sweep_due() -> None:
    for part in PARTS:
        part()


def _start_due(aws_account: AwsAccount) -> None:
    due = [each for each in schedule.readable(aws_account) if schedule.take(each)]
    _start_together(aws_account, due, Run.Trigger.SCHEDULE)


def _start_together(aws_account: AwsAccount, due: Sequence[DueSource], trigger: str) -> set[str]:
    """Returns the sources that were complete at once somewhere."""
    newest = _newest()
    asked, nothing = _told_apart(aws_account, due)
    started = [
        start(aws_account=aws_account, source=each.source, region=each.region, trigger=trigger) for each in asked
    ]
    complete = empty_regions.complete_at_once(aws_account, nothing, trigger=trigger)
    pull_groups.mark([run.pk for run in (*started, *complete) if run.pk > newest])
    return {source.name for source, _ in nothing}


def _told_apart(aws_account: AwsAccount, due: Sequence[DueSource]) -> tuple[list[DueSource], list[tuple[Source, str]]]:
    """Those of which AWS is to be asked, and those that have nothing to ask it about."""
    there = empty_regions.MirrorRegions(aws_account)
    nothing = [each for each in due if there.has_nothing_for(sources[each.source], each.region)]
    return [each for each in due if each not in nothing], [(sources[each.source], each.region) for each in nothing]


def _newest() -> int:
    """The number of the newest run."""
    return Run.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _start_followers(run: Run) -> None:
    """What waited for this source to be complete once, and was never pulled."""
    finished = {run.source} if run.state == Run.State.DONE else set()
    while finished:
        due = [
            each
            for each in schedule.readable(run.aws_account)
            if each.next_at is None
            and any(schedule.opens(name, sources[each.source]) for name in finished)
            and schedule.take(each)
        ]
        finished = _start_together(run.aws_account, due, run.trigger)


# ---- Whose turn it is ----------------------------------------------------------------------------------------------
# Which run a worker goes on with, fair by AWS account. A message says only that runs wait, not which comes first. Of
# the AWS accounts with runs that wait, the one comes first of which the fewest are read just now, then the one whose
# last turn is longest ago; of its runs one that somebody waits for and that hasn't begun, then the one that was not
# heard of for longest. So one that is slow, or throttled, or has hundreds of runs, costs each other one a turn at most.
# Of one AWS account, read by several workers at the same time: others have runs, too.
MOST_AT_ONCE = 4

_WAITED_FOR = (Run.Trigger.OPERATOR, Run.Trigger.COMMAND)
_NEVER = datetime.min.replace(tzinfo=UTC)


def runs_in_turn() -> Iterator[int]:
    """The runs that wait, by their pk: the first of each AWS account, then the second of each, and so on."""
    runs: defaultdict[int, list[int]] = defaultdict(list)
    waited_for = Case(When(state=Run.State.QUEUED, trigger__in=_WAITED_FOR, then=0), default=1)
    ordered = waiting_runs().order_by(waited_for, "heartbeat_at", "pk")
    for pk, aws_account in ordered.values_list("pk", "aws_account"):
        runs[aws_account].append(pk)
    busy = _read_just_now()
    served = dict(PullTurn.objects.filter(aws_account__in=runs).values_list("aws_account", "ended_at"))
    free = [aws_account for aws_account in runs if busy[aws_account] < MOST_AT_ONCE]
    free.sort(key=lambda aws_account: (busy[aws_account], served.get(aws_account, _NEVER), runs[aws_account][0]))
    for number in range(max((len(runs[aws_account]) for aws_account in free), default=0)):
        yield from (runs[aws_account][number] for aws_account in free if number < len(runs[aws_account]))


def waiting_runs() -> QuerySet[Run]:
    """Runs of sources that no worker has; not those that rest until the next tick."""
    free = Q(claim="") | clock.is_silent()
    return Run.objects.filter(free, state__in=Run.ACTIVE, rests=False).exclude(source=Run.OBJECT)


def had_turn(aws_account: AwsAccount) -> None:
    """It ended just now."""
    now = clock.now()
    if PullTurn.objects.filter(aws_account=aws_account).update(ended_at=now):
        return
    with suppress(IntegrityError), transaction.atomic():  # another worker was quicker
        PullTurn.objects.create(aws_account=aws_account, ended_at=now)


def _read_just_now() -> Counter[int]:
    """How many runs workers have, by AWS account."""
    at_work = Run.objects.filter(state=Run.State.RUNNING).exclude(Q(claim="") | clock.is_silent())
    return Counter(at_work.exclude(source=Run.OBJECT).values_list("aws_account", flat=True))
