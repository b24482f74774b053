"""The source of people: every pool of a Region that isn't "settings only", by ListUsers, 60 a call.

AWS is asked for all attributes, and what may not be kept is dropped where the answer arrives: told which ones it is to
give (AttributesToGet), AWS refuses as soon as one person lacks one of them.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import AwsAccount
from cognito.models import CognitoUser, UserPool
from cognito.people.mirrors import rows
from cognito.people.mirrors.person import find_one
from cognito.people.person_record import SUB, Person, allowed_by, people_in, people_settings_by_pool
from cognito.permissions import IDP
from cognito.pools.mirrors.sources import POOLS
from sync import clock
from sync.aws.client import ListPage
from sync.aws.errors import AccessDeniedError, AwsError, MarkerExpired, NotFound, UnsupportedError
from sync.aws.quotas import forecast_s
from sync.mirror import AccountRegion, Counts, Reader, RunVisit, SelfStoringSource, SourcePage
from sync.mirror.bulk import CopyLines
from sync.mirror.paced_writes import paced_write, update_statistics
from sync.mirror.store import settle_time
from sync.mirror.sweep import BRAKE_COUNT, BRAKE_SHARE, CONFIRMATIONS

_PER_CALL = 60  # ListUsers gives no more
# What goes into one transaction: so many calls, or fewer that came in so long. The more people at once, the fewer pages
# of the indexes are written twice; somebody who writes meanwhile waits for it.
_CALLS, _LONGEST_S = 160, 1.0
_RESTARTS = 3


@dataclass(frozen=True)
class PeopleBatch:
    """What some calls showed of a pool. `ends`: there is no more; `why`: it is not read."""

    pool: UserPool
    people: Sequence[Person] = ()
    as_rows: CopyLines | None = None  # of a pool whose people were never read to the end
    ends: bool = False
    why: str = ""

    def __len__(self) -> int:
        return len(self.people)


@dataclass(frozen=True)
class PeopleMarker:
    """Where a run goes on: the pool, AWS's token in it, and how often it began that pool again."""

    pool: int = 0
    token: str | None = None
    restarts: int = 0

    @classmethod
    def read(cls, marker: str | None) -> PeopleMarker:
        return cls(*json.loads(marker)) if marker else cls()

    def __str__(self) -> str:
        return json.dumps([self.pool, self.token, self.restarts])


class PeopleSource(SelfStoringSource):
    name = "cognito.people"
    title = "People of user pools"
    regional = True
    after = (POOLS,)
    reads_ahead = True

    def due(self, place: AccountRegion) -> list[UserPool]:
        pools = list(place.of(UserPool.objects.live()).order_by("pk"))
        cares = people_settings_by_pool(pools)
        return [pool for pool in pools if cares[pool.pk].mirrors_people]

    def expected(self, client: Reader, place: AccountRegion) -> int | None:
        """By AWS's own estimate."""
        return sum(pool.estimated_users or 0 for pool in self.due(place))

    def least_s(self, place: AccountRegion) -> int:
        return least_s(place.aws_account, self.due(place))

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        """What the database has to say of it is asked at once, and not by who reads ahead."""
        begin = PeopleMarker.read(marker)
        due = [pool for pool in self.due(place) if pool.pk >= begin.pool]
        cares = people_settings_by_pool(due)
        return self._of_pools(client, due, {pool.pk: allowed_by(cares[pool.pk]) for pool in due}, begin)

    def _of_pools(
        self, client: Reader, due: Sequence[UserPool], allowed: Mapping[int, Sequence[str]], begin: PeopleMarker
    ) -> Iterator[SourcePage]:
        for number, pool in enumerate(due):
            following = str(PeopleMarker(due[number + 1].pk)) if number + 1 < len(due) else None
            where = begin if pool.pk == begin.pool else PeopleMarker(pool.pk)
            yield from self._of_pool(client, pool, allowed[pool.pk], where, following)
        if not due:
            yield SourcePage({}, None, clock.now())

    def _of_pool(
        self, client: Reader, pool: UserPool, allowed: Sequence[str], where: PeopleMarker, following: str | None
    ) -> Iterator[SourcePage]:
        """A token that AWS takes no longer begins this pool again: whoever was seen counts as seen all the same."""
        while True:
            asked = client.pages(IDP, "ListUsers", marker=where.token, UserPoolId=pool.aws_id, Limit=_PER_CALL)
            try:
                for people, last, requested_at in _together(asked, allowed):
                    where = PeopleMarker(pool.pk, last, where.restarts)
                    marker = str(where) if where.token else following
                    yield SourcePage({}, marker, requested_at, own=[_part(pool, people, ends=where.token is None)])
                return
            except NotFound:
                yield SourcePage({}, following, clock.now())
                return
            except MarkerExpired:
                if where.restarts == _RESTARTS:
                    raise
                where = PeopleMarker(pool.pk, None, where.restarts + 1)
                remark = f"AWS no longer knows where the last page of {pool.name} ended: begins that pool again."
                yield SourcePage({}, str(where), clock.now(), remarks=[remark])
            except (AccessDeniedError, UnsupportedError) as error:
                remark = f"Not read: people of {pool.name} ({pool.aws_id}). {error.sentence()}"
                part = PeopleBatch(pool, why=error.sentence())
                yield SourcePage({}, following, clock.now(), own=[part], remarks=[remark])
                return

    def take(self, visit: RunVisit, page: SourcePage) -> Counts:
        counts = Counts()
        for part in page.own:
            if part.people:
                counts = self._keep(part, page.requested_at, visit.run.pk)
            if part.ends or part.why:
                end_pool(visit, part.pool, part.why, page.requested_at)
        return counts

    def _keep(self, part: PeopleBatch, at: datetime, run: int) -> Counts:
        if part.pool.people_read_at:
            return rows.keep(part.pool, part.people, at, run=run)
        return rows.keep_new(part.pool, part.people, part.as_rows, at, run=run)

    def brake(self, visit: RunVisit) -> str:
        return brake(visit, self.due(visit.place))

    def sweep(self, visit: RunVisit) -> None:
        sweep(visit, self.due(visit.place))


def least_s(aws_account: AwsAccount, pools: Iterable[UserPool]) -> int:
    """The seconds that reading their people takes at least: by AWS's estimates of how many, and its quota."""
    calls = sum(math.ceil((pool.estimated_users or 0) / _PER_CALL) for pool in pools)
    return forecast_s(aws_account, "UserList", calls)


def _part(pool: UserPool, people: Sequence[Person], *, ends: bool) -> PeopleBatch:
    """What can be made ready of it while others are written."""
    people = rows.each_once(people)
    return PeopleBatch(pool, people, None if pool.people_read_at else rows.prepared(people), ends)


def _together(pages: Iterator[ListPage], allowed: Sequence[str]) -> Iterator[tuple[list[Person], str | None, datetime]]:
    """The people of some pages, where the last of these ended, and when the first was asked for.

    What was read before an error comes first.
    """
    people: list[Person] = []
    last: str | None = None
    requested_at: datetime | None = None
    count, began = 0, monotonic()
    try:
        for page in pages:
            people += people_in(page.items.get("Users") or (), allowed)
            last, requested_at, count = page.marker, requested_at or page.requested_at, count + 1
            if count == _CALLS or monotonic() - began > _LONGEST_S:
                yield people, last, requested_at
                people, requested_at, count, began = [], None, 0, monotonic()
    except AwsError:
        if requested_at is not None:
            yield people, last, requested_at
        raise
    if requested_at is not None:
        yield people, last, requested_at


# ---- The end of a complete reading of people: who was not seen is gone, once AWS has said so twice -----------------
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
    update_statistics(CognitoUser)


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
