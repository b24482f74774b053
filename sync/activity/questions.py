"""Which questions are due: one for each object that somebody changed outside this console, and when it is asked again.

CloudTrail is late by minutes, so what it doesn't tell at once is asked again, after longer and longer, and given up in
the end. All of it is rows: a worker that dies leaves the question to the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.models import AwsAccount
from sync import clock, queue
from sync.activity.lookup import HISTORY
from sync.models import Authorship, Revision, TrailQuestion

# After so long it is asked again; after the last, what nothing explains by then is given up.
AGAIN_AFTER = tuple(timedelta(minutes=minutes) for minutes in (2, 5, 10, 15, 30, 60, 240))
DENIED_AGAIN_AFTER = timedelta(hours=6)
FAILED_AGAIN_AFTER = timedelta(minutes=5)
_AT_ONCE = 500
_NEW_EACH_TICK = 1_000

State = Authorship.State


def ask_what_is_due() -> None:
    """Once a minute: takes up new drift, and wakes a worker for each AWS account with a question that is due."""
    for aws_account in AwsAccount.objects.exclude(connection=AwsAccount.Connection.SNAPSHOT):
        take_up(aws_account)
    due = TrailQuestion.objects.filter(next_at__lte=clock.now())
    for aws_account_id in due.order_by().values_list("aws_account", flat=True).distinct():
        queue.wake(queue.ASK_TRAIL, aws_account_id)


def take_up(aws_account: AwsAccount, most: int = _NEW_EACH_TICK) -> int:
    """Makes a question for each object with drift that nobody has asked about. Returns of how many revisions."""
    now = clock.now()
    drift = Revision.objects.filter(drift_in=aws_account, authorship=None, seen_at__gt=now - HISTORY)
    taken = list(drift.select_related("facet").order_by("-seen_at")[:most])
    for first in range(0, len(taken), _AT_ONCE):
        some = taken[first : first + _AT_ONCE]
        with transaction.atomic():
            Authorship.objects.bulk_create(
                [Authorship(revision=each, aws_account=aws_account) for each in some], ignore_conflicts=True
            )
            _ask_about(aws_account, some, now)
    return len(taken)


def _ask_about(aws_account: AwsAccount, revisions: Sequence[Revision], now: datetime) -> None:
    """New questions; those that wait already are due again, from the beginning."""
    objects = {(each.facet.region, each.facet.kind, each.facet.object_id): None for each in revisions}
    TrailQuestion.objects.bulk_create(
        [
            TrailQuestion(aws_account=aws_account, region=region, kind=kind, object_id=object_id, next_at=now)
            for region, kind, object_id in objects
        ],
        update_conflicts=True,
        unique_fields=["aws_account", "region", "kind", "object_id"],
        update_fields=["next_at", "tries"],
    )


def ask_now(revision: Revision) -> None:
    """Somebody wants to know it now: whatever was concluded is asked again, from the beginning."""
    aws_account = revision.facet.aws_account
    with transaction.atomic():
        Authorship.objects.update_or_create(
            revision=revision, defaults={"aws_account": aws_account, "state": State.WAITING}
        )
        _ask_about(aws_account, [revision], clock.now())
    queue.wake(queue.ASK_TRAIL_NOW, aws_account.pk)


def count_due(aws_account: AwsAccount) -> int:
    return TrailQuestion.objects.filter(aws_account=aws_account, next_at__lte=clock.now()).count()


def next_due(aws_account: AwsAccount) -> TrailQuestion | None:
    """The question that has waited longest, for the caller alone: nobody else gets it while CLAIM_TIMEOUT_S runs."""
    while True:
        now = clock.now()
        found = (
            TrailQuestion.objects.filter(aws_account=aws_account, next_at__lte=now).order_by("next_at", "pk").first()
        )
        if found is None:
            return None
        until = now + timedelta(seconds=settings.CLAIM_TIMEOUT_S)
        taken = TrailQuestion.objects.filter(pk=found.pk, next_at=found.next_at)
        if taken.update(next_at=until, tries=F("tries") + 1):
            found.next_at, found.tries = until, found.tries + 1
            return found


def postpone(question: TrailQuestion, after: timedelta, error: dict[str, object] | None = None) -> None:
    """… unless somebody has asked anew meanwhile."""
    rows = TrailQuestion.objects.filter(pk=question.pk, next_at=question.next_at)
    rows.update(next_at=clock.now() + after, error=error or {})


def postpone_region(
    aws_account: AwsAccount, question: TrailQuestion, after: timedelta, error: dict[str, object]
) -> None:
    """All that are due about objects of its Region; the one that was asked for nothing counts as not asked."""
    then = clock.now() + after
    rows = TrailQuestion.objects.filter(aws_account=aws_account, region=question.region)
    rows.filter(pk=question.pk, next_at=question.next_at).update(tries=F("tries") - 1, next_at=then, error=error)
    rows.filter(next_at__lt=then).exclude(pk=question.pk).update(next_at=then, error=error)


def is_last(question: TrailQuestion) -> bool:
    return question.tries > len(AGAIN_AFTER)


def wait_again(question: TrailQuestion) -> None:
    postpone(question, AGAIN_AFTER[min(question.tries, len(AGAIN_AFTER)) - 1])


def close(question: TrailQuestion) -> None:
    TrailQuestion.objects.filter(pk=question.pk, next_at=question.next_at).delete()
