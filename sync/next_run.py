"""Whose turn it is: which run a worker goes on with, fair by AWS account.

A message says only that runs wait, not which comes first. Of the AWS accounts with runs that wait, the one comes first
of which the fewest are read just now, then the one whose last turn is longest ago; of its runs the one that was not
heard of for longest. So one that is slow, or throttled, or has hundreds of runs, costs each other one a turn at most.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.models import AwsAccount
from sync import clock
from sync.models import PullTurn, Run

# Of one AWS account, read by several workers at the same time: others have runs, too.
MOST_AT_ONCE = 4

_NEVER = datetime.min.replace(tzinfo=UTC)


def in_turn() -> Iterator[int]:
    """The runs that wait, by their pk: the first of each AWS account, then the second of each, and so on."""
    runs: defaultdict[int, list[int]] = defaultdict(list)
    for pk, aws_account in waiting().order_by("heartbeat_at", "pk").values_list("pk", "aws_account"):
        runs[aws_account].append(pk)
    busy = _read_just_now()
    served = dict(PullTurn.objects.filter(aws_account__in=runs).values_list("aws_account", "ended_at"))
    free = [aws_account for aws_account in runs if busy[aws_account] < MOST_AT_ONCE]
    free.sort(key=lambda aws_account: (busy[aws_account], served.get(aws_account, _NEVER), runs[aws_account][0]))
    for number in range(max((len(runs[aws_account]) for aws_account in free), default=0)):
        yield from (runs[aws_account][number] for aws_account in free if number < len(runs[aws_account]))


def waiting() -> QuerySet[Run]:
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
