"""The sources of user pools: listings of which each one is described, and what is asked of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import QuerySet

from cognito.models import UserPool
from cognito.permissions import IDP, NOBODYS_POOL, PULL_POOLS, PULLED_BY_SERVICE
from cognito.plans import may_be_protected_from_threats, may_track_sessions, tracks_sessions
from cognito.pools.mirrors import belonging
from cognito.pools.mirrors.belonging import PoolObjectMirror
from cognito.pools.mirrors.pool import POOL_MIRRORS
from cognito.settings_mirror import SettingsMirror
from sync import clock
from sync.aws.client import ListPage
from sync.aws.errors import AccessDeniedError, NotFound, UnsupportedError
from sync.aws.permission import Permission, reread
from sync.mirror import AccountRegion, EachObject, Item, Mirror, Reader, Source, SourcePage
from sync.mirror.per_object_source import OneByOne
from sync.models import Facet, MirroredRow
from sync.object_ref import ObjectRef

_NO_MORE = "The user pool can’t have this any more, by its plan and settings: AWS wasn’t asked."


class ConditionalSource(EachObject):
    """Asks about each object in the pools of which `has` is true, told `UserPool.described`.

    What was held of one that is in another pool by now is *not read*: nobody looks at it any more.
    """

    def __init__(
        self,
        name: str,
        title: str,
        mirror: Mirror,
        *,
        after: Sequence[str],
        every: timedelta | None,
        has: Callable[[Mapping[str, Any]], bool],
        optional: bool = False,
    ) -> None:
        super().__init__(name, title, mirror, after=after, every=every, regional=True, optional=optional)
        self._has = has
        self._of_pool = "pk__in" if mirror.model is UserPool else "pool__in"

    def rows(self, place: AccountRegion) -> QuerySet[MirroredRow]:
        return super().rows(place).filter(**{self._of_pool: self._pools(place)})

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        for page in super().pages(client, marker, place):
            yield page if page.marker else self._with_lapsed(page, place)

    def _pools(self, place: AccountRegion) -> list[int]:
        return [pool.pk for pool in place.of(UserPool.objects.live()) if self._has(pool.described)]

    def _with_lapsed(self, page: SourcePage, place: AccountRegion) -> SourcePage:
        kind = self._mirror.kind
        others = super().rows(place).exclude(**{self._of_pool: self._pools(place)})
        held = Facet.objects.filter(
            aws_account=place.aws_account,
            region=place.region,
            kind=kind,
            source=self.facet,
            coverage=Facet.Coverage.READ,
            gone_at__isnull=True,
            object_id__in=others.values("aws_id"),
        )
        lapsed = dict.fromkeys(held.values_list("object_id", flat=True), _NO_MORE)
        return replace(page, unsupported={kind: {**page.unsupported.get(kind, {}), **lapsed}})


POOLS, CLIENTS, SESSIONS = "cognito.pools", "cognito.clients", "cognito.sessions"
_DESCRIBED_PER_PAGE = 10  # so few that a page takes seconds at the pace of the client
SLOWLY = timedelta(hours=6)


class DescribedPools(Source):
    """A listing of pools, which has little more than their ids: each is described.

    One that AWS denies is *not read*, and the log names it. When all of the first page are, the run fails.
    """

    facet = "details"
    regional = True

    def __init__(
        self, name: str, title: str, mirror: SettingsMirror, service: str, operation: str, member: str, id_member: str
    ) -> None:
        self.name, self.title, self.kinds = name, title, (mirror.kind,)
        self._mirror, self._service = mirror, service
        self._operation, self._member, self._id_member = operation, member, id_member

    @property
    def permissions(self) -> Sequence[Permission]:
        return reread(f"{self._service}:{self._operation}", PULLED_BY_SERVICE[self._service], MaxResults=1)

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        kind = self._mirror.kind
        for page in client.pages(self._service, self._operation, marker=marker, MaxResults=_DESCRIBED_PER_PAGE):
            answers = OneByOne(partial(self._mirror.read_one, client))
            for listed in page.items.get(self._member) or ():
                answers.ask(listed[self._id_member], ObjectRef(kind, listed[self._id_member], "", "", place.region))
            if marker is None:
                answers.raise_if_all_denied()
            marker = page.marker
            yield page_of(kind, answers, marker, page)


def page_of(kind: str, answers: OneByOne, marker: str | None, page: ListPage) -> SourcePage:
    """`answers` about what `page` listed."""
    why = answers.denied | answers.unsupported
    remarks = [f"Not read: {named}. {reason}" for named, reason in why.items()]
    return SourcePage(
        {kind: answers.items}, marker, page.requested_at, {kind: answers.denied}, {kind: answers.unsupported}, remarks
    )


@dataclass(frozen=True)
class PoolListing:
    """How AWS lists what belongs to a pool. `reads`: each one is read alone, since the listing has little of it."""

    operation: str
    member: str
    size: str  # the parameter that says how many to a page
    most: int
    reads: bool = False


class PoolObjectsSource(Source):
    """What belongs to the pools that the mirror has: one listing for each pool.

    A pool that is gone meanwhile has nothing; of one that AWS denies, what is known of it is *not read*. When it denies
    all of them, the run fails.
    """

    facet = "details"
    regional = True
    after = (POOLS,)

    def __init__(self, name: str, title: str, mirror: PoolObjectMirror, listing: PoolListing) -> None:
        self.name, self.title, self.kinds = name, title, (mirror.kind,)
        self._mirror, self._listing = mirror, listing

    @property
    def permissions(self) -> Sequence[Permission]:
        return reread(f"{IDP}:{self._listing.operation}", PULL_POOLS, UserPoolId=NOBODYS_POOL)

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        """The marker: from which pool on, and AWS's own marker in it."""
        first, within = json.loads(marker) if marker else (0, None)
        due = list(place.of(UserPool.objects.live()).filter(pk__gte=first).order_by("pk"))
        refused: list[AccessDeniedError] = []
        for number, pool in enumerate(due):
            following = json.dumps([due[number + 1].pk, None]) if number + 1 < len(due) else None
            try:
                yield from self._of_pool(client, pool, within if pool.pk == first else None, following)
            except NotFound:
                yield SourcePage({}, following, clock.now())
            except (AccessDeniedError, UnsupportedError) as error:
                refused += [error] if isinstance(error, AccessDeniedError) else []
                if not marker and len(refused) == len(due):
                    raise
                yield self._not_read(pool, error, following)
        if not due:
            yield SourcePage({}, None, clock.now())

    def _of_pool(
        self, client: Reader, pool: UserPool, within: str | None, following: str | None
    ) -> Iterator[SourcePage]:
        listing = self._listing
        asked = {"UserPoolId": pool.aws_id, listing.size: listing.most}
        for page in client.pages(IDP, listing.operation, marker=within, **asked):
            listed = [
                item | {"UserPoolId": pool.aws_id, "UserPoolArn": pool.arn}
                for item in page.items.get(listing.member) or ()
            ]
            marker = json.dumps([pool.pk, page.marker]) if page.marker else following
            if listing.reads:
                yield page_of(self._mirror.kind, self._read(client, pool, listed), marker, page)
            else:
                yield SourcePage({self._mirror.kind: listed}, marker, page.requested_at)

    def _read(self, client: Reader, pool: UserPool, listed: list[Item]) -> OneByOne:
        answers = OneByOne(partial(self._mirror.read_one, client))
        for item in listed:
            object_id = self._mirror.object_id(item)
            answers.ask(object_id, ObjectRef(self._mirror.kind, object_id, self._mirror.name(item), pool.arn))
        return answers

    def _not_read(
        self, pool: UserPool, error: AccessDeniedError | UnsupportedError, following: str | None
    ) -> SourcePage:
        rows = self._mirror.model.objects.live().filter(pool=pool)
        why = dict.fromkeys(rows.values_list("aws_id", flat=True), error.sentence())
        denied, unsupported = (why, {}) if isinstance(error, AccessDeniedError) else ({}, why)
        kind = self._mirror.kind
        remarks = [f"Not read: {self.title.lower()} of {pool.name} ({pool.aws_id}). {error.sentence()}"]
        return SourcePage({}, following, clock.now(), {kind: denied}, {kind: unsupported}, remarks)


def regional_each(
    name: str, title: str, mirror: Mirror, after: str, every: timedelta | None = None, *, optional: bool = False
) -> Source:
    return EachObject(name, title, mirror, after=after, every=every, regional=True, optional=optional)


_POOL, _MFA, _RISK, _SESSIONS, _DOMAINS, _LOGS = POOL_MIRRORS
SOURCES: tuple[Source, ...] = (
    DescribedPools(POOLS, "User pools", _POOL, IDP, "ListUserPools", "UserPools", "Id"),
    regional_each("cognito.mfa", "MFA of user pools", _MFA, POOLS),
    regional_each("cognito.risk", "Threat protection of user pools", _RISK, POOLS, SLOWLY),
    ConditionalSource(
        SESSIONS,
        "Sessions of user pools",
        _SESSIONS,
        after=(POOLS,),
        every=SLOWLY,
        has=may_track_sessions,
        optional=True,
    ),
    regional_each("cognito.domains", "Domains of user pools", _DOMAINS, POOLS, SLOWLY),
    regional_each("cognito.logs", "Log delivery of user pools", _LOGS, POOLS, SLOWLY, optional=True),
    PoolObjectsSource(
        CLIENTS,
        "App clients",
        belonging.CLIENT,
        PoolListing("ListUserPoolClients", "UserPoolClients", "MaxResults", _DESCRIBED_PER_PAGE, reads=True),
    ),
    ConditionalSource(
        "cognito.client_risk",
        "Threat protection of app clients",
        belonging.CLIENT_RISK,
        after=(CLIENTS,),
        every=SLOWLY,
        has=may_be_protected_from_threats,
    ),
    ConditionalSource(
        "cognito.client_sessions",
        "Sessions of app clients",
        belonging.CLIENT_SESSIONS,
        after=(CLIENTS, SESSIONS),
        every=SLOWLY,
        has=tracks_sessions,
        optional=True,
    ),
    PoolObjectsSource(
        "cognito.groups", "Groups of user pools", belonging.GROUP, PoolListing("ListGroups", "Groups", "Limit", 60)
    ),
    PoolObjectsSource(
        "cognito.providers",
        "Identity providers of user pools",
        belonging.PROVIDER,
        PoolListing("ListIdentityProviders", "Providers", "MaxResults", _DESCRIBED_PER_PAGE, reads=True),
    ),
    PoolObjectsSource(
        "cognito.resource_servers",
        "Resource servers",
        belonging.RESOURCE_SERVER,
        PoolListing("ListResourceServers", "ResourceServers", "MaxResults", 50),
    ),
)
