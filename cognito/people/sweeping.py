"""The end of a complete reading of people: who was not seen is gone, once AWS has said so twice."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from cognito.models import CognitoUser, UserPool
from cognito.people import rows
from cognito.people.mirror import find_one
from cognito.people.person_record import SUB, allowed_by, people_in, people_settings_by_pool
from sync import clock
from sync.aws.errors import AwsError
from sync.mirror import Counts, RunVisit
from sync.mirror.paced_writes import paced_write
from sync.mirror.statistics import learn
from sync.mirror.store import settle_time
from sync.mirror.sweep import BRAKE_COUNT, BRAKE_SHARE, CONFIRMATIONS

logger = logging.getLogger(__name__)

_LONGEST_WHY = 400


def end_pool(visit: RunVisit, pool: UserPool, why: str, at: datetime) -> None:
    """All people of the pool were shown, or `why` not. In the caller's transaction."""
    read = {} if why else {"people_read_at": at, "people_read_in": visit.run.pk}
    UserPool.objects.filter(pk=pool.pk).update(people_held_why=why[:_LONGEST_WHY], **read)


def brake(visit: RunVisit, pools: Sequence[UserPool]) -> str:
    """As `sync.mirror.brake`, of all pools of the Region that were read to the end."""
    unseen = _unseen(visit, pools).count()
    live = CognitoUser.objects.live().filter(pool__in=pools).count() if unseen >= BRAKE_COUNT else 0
    return f"{unseen} of {live} people" if unseen >= BRAKE_COUNT and unseen > BRAKE_SHARE * live else ""


def sweep(visit: RunVisit, pools: Sequence[UserPool]) -> None:
    """Also the people of pools that are gone, or of which only the settings are mirrored now."""
    live = visit.place.of(CognitoUser.objects.live())
    for pks in _batches(live.exclude(pool__in=pools)):
        _bury(visit, live, pks)
    confirmations = CONFIRMATIONS
    for pks in _batches(_unseen(visit, pools)):
        people = list(_unseen(visit, pools).filter(pk__in=pks).select_related("pool__aws_account").order_by("pk"))
        doubted = [person for person in people if person.missed_in in (None, visit.run.pk)]
        asked, waiting = doubted[:confirmations], doubted[confirmations:]
        confirmations -= len(asked)
        waiting += [person for person in asked if not _is_gone(visit, person)]
        kept = {person.pk for person in waiting}
        _bury(visit, _unseen(visit, pools), [pk for pk in pks if pk not in kept])
        with paced_write():
            _unseen(visit, pools).filter(pk__in=kept).update(missed_in=visit.run.pk)
            visit.note(Counts())
    learn(CognitoUser)


def _is_gone(visit: RunVisit, person: CognitoUser) -> bool:
    """Whether AWS, asked for that one person, doesn't find her. Who is there counts as seen."""
    visit.note(Counts())  # it takes a while, and we live
    requested_at = clock.now()
    try:
        found = find_one(visit.client, person.pool.aws_id, SUB, person.aws_id)
    except AwsError as error:
        logger.info("%s may be gone, or not: %s", person, type(error).__name__)
        return False
    if found is not None:
        allowed = allowed_by(people_settings_by_pool([person.pool])[person.pool_id])
        with transaction.atomic():
            visit.note(rows.keep(person.pool, people_in([found], allowed), requested_at, run=visit.run.pk))
    return found is None


def _unseen(visit: RunVisit, pools: Sequence[UserPool]) -> QuerySet[CognitoUser]:
    """Of pools that the run read to the end. Never who appeared, or whom we wrote, when it had begun."""
    began = visit.run.started_at or visit.run.created_at
    unwritten = Q(written_at__isnull=True) | Q(written_at__lt=began - settle_time())
    not_seen = Q(seen_in__isnull=True) | ~Q(seen_in=visit.run.pk)
    read = UserPool.objects.filter(pk__in=[pool.pk for pool in pools], people_read_in=visit.run.pk)
    found: QuerySet[CognitoUser] = CognitoUser.objects.live()
    return found.filter(unwritten, not_seen, pool__in=read.values("pk"), read_at__lt=began)


def _bury(visit: RunVisit, among: QuerySet[CognitoUser], pks: Sequence[int]) -> None:
    with paced_write():
        gone = among.filter(pk__in=pks).update(gone_at=visit.now, missed_in=None)
        visit.note(Counts(gone=gone))


def _batches(people: QuerySet[CognitoUser]) -> Iterator[list[int]]:
    """Primary keys of whom `people` selects when it begins, batch by batch."""
    last = 0
    while batch := list(people.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[: settings.PULL_BATCH]):
        last = batch[-1]
        yield batch
