"""Who is in which group: each group's own listing, which is cheaper than asking about each person."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from cognito.models import CognitoGroup, CognitoMembership, CognitoUser
from cognito.people.mirrors import rows
from cognito.people.person_record import Person, allowed_by, people_in, people_settings_by_pool
from cognito.permissions import IDP, NOBODYS_POOL, PULL_PEOPLE
from sync import clock
from sync.aws.errors import AccessDeniedError, MarkerExpired, NotFound, UnsupportedError
from sync.aws.permission import NOBODY, of_people, reread
from sync.mirror import AccountRegion, Counts, Reader, RunVisit, SelfStoringSource, SourcePage, bulk
from sync.mirror.paced_writes import paced_write
from sync.mirror.store import settle_time
from sync.mirror.sweep import BRAKE_COUNT, BRAKE_SHARE

_PER_CALL = 60
_RESTARTS = 3


@dataclass(frozen=True)
class MembersPage:
    """Members of a group, as one call showed them. `ends`: there are no more."""

    group: CognitoGroup
    people: Sequence[Person]
    ends: bool

    def __len__(self) -> int:
        return len(self.people)


class MembersSource(SelfStoringSource):
    name = "cognito.members"
    permissions = of_people(
        *reread("cognito-idp:ListUsersInGroup", PULL_PEOPLE, UserPoolId=NOBODYS_POOL, GroupName=NOBODY)
    )
    title = "Members of groups"
    regional = True
    after = ("cognito.people", "cognito.groups")
    every = timedelta(hours=1)

    def due(self, place: AccountRegion) -> list[CognitoGroup]:
        live = place.of(CognitoGroup.objects.live()).filter(pool__gone_at__isnull=True)
        groups: list[CognitoGroup] = list(live.select_related("pool__aws_account").order_by("pk"))
        cares = people_settings_by_pool({group.pool for group in groups})
        return [group for group in groups if cares[group.pool_id].mirrors_people]

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        """The marker: the group, AWS's token in it, and how often it began that group again."""
        first, token, restarts = json.loads(marker) if marker else (0, None, 0)
        due = [group for group in self.due(place) if group.pk >= first]
        cares = people_settings_by_pool({group.pool for group in due})
        for number, group in enumerate(due):
            following = json.dumps([due[number + 1].pk, None, 0]) if number + 1 < len(due) else None
            within = (token, restarts) if group.pk == first else (None, 0)
            yield from self._of_group(client, group, allowed_by(cares[group.pool_id]), within, following)
        if not due:
            yield SourcePage({}, None, clock.now())

    def _of_group(
        self,
        client: Reader,
        group: CognitoGroup,
        allowed: Sequence[str],
        within: tuple[str | None, int],
        following: str | None,
    ) -> Iterator[SourcePage]:
        token, restarts = within
        asked = {"UserPoolId": group.pool.aws_id, "GroupName": group.name, "Limit": _PER_CALL}
        try:
            for page in client.pages(IDP, "ListUsersInGroup", marker=token, **asked):
                token = page.marker
                marker = json.dumps([group.pk, token, restarts]) if token else following
                part = MembersPage(group, people_in(page.items.get("Users") or (), allowed), ends=token is None)
                yield SourcePage({}, marker, page.requested_at, own=[part])
        except NotFound:
            yield SourcePage({}, following, clock.now())
        except MarkerExpired:
            if restarts == _RESTARTS:
                raise
            again = json.dumps([group.pk, None, restarts + 1])
            yield SourcePage({}, again, clock.now(), remarks=[f"Begins {group.name} again: AWS forgot the page."])
            yield from self._of_group(client, group, allowed, (None, restarts + 1), following)
        except (AccessDeniedError, UnsupportedError) as error:
            remark = f"Not read: members of {group.name} in {group.pool.aws_id}. {error.sentence()}"
            yield SourcePage({}, following, clock.now(), remarks=[remark])

    def take(self, visit: RunVisit, page: SourcePage) -> Counts:
        counts = Counts()
        for part in page.own:
            rows.keep(part.group.pool, part.people, page.requested_at, run=None)
            counts = keep(part.group, [person.sub for person in part.people], page.requested_at, run=visit.run.pk)
            if part.ends:
                read = {"members_read_at": page.requested_at, "members_read_in": visit.run.pk}
                CognitoGroup.objects.filter(pk=part.group.pk).update(**read)
        return counts

    def brake(self, visit: RunVisit) -> str:
        unseen, live = self._unseen(visit).count(), self._live(visit).count()
        return f"{unseen} of {live} memberships" if unseen >= BRAKE_COUNT and unseen > BRAKE_SHARE * live else ""

    def sweep(self, visit: RunVisit) -> None:
        """Without asking again: a membership that a listing missed comes back with the next one, and has no history."""
        with paced_write():
            visit.note(Counts(gone=self._unseen(visit).update(gone_at=visit.now)))

    def _live(self, visit: RunVisit) -> QuerySet[CognitoMembership]:
        groups = visit.place.of(CognitoGroup.objects.filter(members_read_in=visit.run.pk))
        return CognitoMembership.objects.filter(gone_at__isnull=True, group__in=groups.values("pk"))

    def _unseen(self, visit: RunVisit) -> QuerySet[CognitoMembership]:
        began = visit.run.started_at or visit.run.created_at
        unwritten = Q(written_at__isnull=True) | Q(written_at__lt=began - settle_time())
        not_seen = Q(seen_in__isnull=True) | ~Q(seen_in=visit.run.pk)
        return self._live(visit).filter(unwritten, not_seen, read_at__lt=began)


def keep(
    group: CognitoGroup, subs: Sequence[str], requested_at: datetime, *, run: int | None, ours: bool = False
) -> Counts:
    """These people are in the group, in the caller's transaction. No older answer undoes what we wrote a moment ago."""
    people = CognitoUser.objects.filter(pool=group.pool_id, aws_id__in=subs).values_list("pk", flat=True)
    known = {each.user_id: each for each in CognitoMembership.objects.filter(group=group, user__in=people)}
    written: list[bulk.Columns] = []
    for pk in sorted(people):
        before = known.get(pk)
        stays_so = before is not None and not ours and _is_settling(before, requested_at)
        gone_at = before.gone_at if before is not None and stays_so else None
        own = {"written_at": clock.now()} if ours else {}
        written.append(
            {"group_id": group.pk, "user_id": pk, "read_at": requested_at, "seen_in": run, "gone_at": gone_at} | own
        )
    bulk.upsert(CognitoMembership, written, key=("group_id", "user_id"), returning="user_id")
    changed = sum(pk in known and known[pk].gone_at is not None for pk in people)
    return Counts(len(written), sum(pk not in known for pk in people), changed)


def _is_settling(row: CognitoMembership, requested_at: datetime) -> bool:
    return row.written_at is not None and requested_at < row.written_at + settle_time()


def leave(group: CognitoGroup, subs: Sequence[str]) -> None:
    """These people are in the group no longer: we took them out."""
    now = clock.now()
    CognitoMembership.objects.filter(group=group, user__aws_id__in=subs).update(gone_at=now, written_at=now)
