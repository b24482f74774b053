"""The source of people: every pool of a Region that isn't "settings only", by ListUsers, 60 a call.

AWS is asked for all attributes, and what may not be kept is dropped where the answer arrives: told which ones it is to
give (AttributesToGet), AWS refuses as soon as one person lacks one of them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from accounts.models import AwsAccount
from cognito.models import UserPool
from cognito.people import rows, sweeping
from cognito.people.person_record import Person, allowed_by, people_in, people_settings_by_pool
from cognito.pools.mirrors.pool import IDP
from cognito.pools.mirrors.sources import POOLS
from sync import clock
from sync.aws.client import ListPage
from sync.aws.errors import AccessDeniedError, AwsError, MarkerExpired, NotFound, UnsupportedError
from sync.aws.quotas import forecast_s
from sync.mirror import AccountRegion, Counts, Reader, RunVisit, SelfStoringSource, SourcePage
from sync.mirror.copying import CopyLines

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
                sweeping.end_pool(visit, part.pool, part.why, page.requested_at)
        return counts

    def _keep(self, part: PeopleBatch, at: datetime, run: int) -> Counts:
        if part.pool.people_read_at:
            return rows.keep(part.pool, part.people, at, run=run)
        return rows.keep_new(part.pool, part.people, part.as_rows, at, run=run)

    def brake(self, visit: RunVisit) -> str:
        return sweeping.brake(visit, self.due(visit.place))

    def sweep(self, visit: RunVisit) -> None:
        sweeping.sweep(visit, self.due(visit.place))


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
