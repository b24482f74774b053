"""The rows of people, by the batch. As in Cognito's pools, the book-keeping of the mirror is in the row itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Q, QuerySet

from directory.models import DirectoryUser
from directory.people.person_record import DirectoryPerson
from sync import clock
from sync.mirror import AccountRegion, Counts, RunVisit, bulk
from sync.mirror.bulk import Columns
from sync.mirror.rows import KEY
from sync.mirror.store import settle_time


class KnownDirectoryPerson(NamedTuple):
    aws_id: str
    id: int
    content_hash: str
    read_at: datetime
    written_at: datetime | None
    gone_at: datetime | None


def keep(
    place: AccountRegion,
    store_arn: str,
    people: Sequence[DirectoryPerson],
    requested_at: datetime,
    *,
    run: int | None,
    ours: bool = False,
) -> Counts:
    """Takes what one answer shows of people, in the caller's transaction. Safe to repeat.

    An answer that was asked for before our own last write of a person plus a minute never overwrites it, nor does one
    that is older than what is there. `ours`: it shows a write of our own.
    """
    people = sorted({person.user_id: person for person in people}.values(), key=lambda person: person.user_id)
    known = known_people(place, [person.user_id for person in people])
    due: list[DirectoryPerson] = []
    same: list[int] = []
    older: list[int] = []
    for person in people:
        row = known.get(person.user_id)
        if row is None:
            due.append(person)
        elif not ours and (row.read_at > requested_at or is_settling(row, requested_at)):
            older.append(row.id)
        elif row.content_hash == person.content_hash and row.gone_at is None and not ours:
            same.append(row.id)
        else:
            due.append(person)
    _mark(same, run, requested_at)
    _mark(older, run, None)
    common = _common(place, store_arn, requested_at, run, ours=ours)
    bulk.upsert(DirectoryUser, [common | person.columns() for person in due], key=KEY, kept=("first_seen",))
    new = sum(person.user_id not in known for person in due)
    return Counts(len(people), new, len(due) - new)


def bury(place: AccountRegion, user_id: str, requested_at: datetime, *, ours: bool) -> int:
    """AWS, asked for that one person, didn't find them. Whom we wrote just now, it may not show yet."""
    row = known_people(place, [user_id]).get(user_id)
    if row is None or row.gone_at is not None or (not ours and is_settling(row, requested_at)):
        return 0
    written = {"written_at": clock.now()} if ours else {}
    return DirectoryUser.objects.filter(pk=row.id).update(gone_at=requested_at, **written)


def known_people(place: AccountRegion, user_ids: Sequence[str]) -> dict[str, KnownDirectoryPerson]:
    """By id; locked until the transaction ends."""
    of = {"aws_account_id": place.aws_account.pk, "region": place.region}
    found = bulk.select(DirectoryUser, KnownDirectoryPerson._fields, "aws_id", user_ids, of, lock=True)
    return {row["aws_id"]: KnownDirectoryPerson(**row) for row in found}


def is_settling(row: KnownDirectoryPerson, requested_at: datetime) -> bool:
    return row.written_at is not None and requested_at < row.written_at + settle_time()


def _mark(pks: Sequence[int], run: int | None, read_at: datetime | None) -> None:
    if pks:
        seen: dict[str, Any] = {"seen_in": run, "missed_in": None} if run else {"missed_in": None}
        DirectoryUser.objects.filter(pk__in=pks).update(**seen | ({"read_at": read_at} if read_at else {}))


def _common(place: AccountRegion, store_arn: str, at: datetime, run: int | None, *, ours: bool) -> Columns:
    common: Columns = {
        "aws_account_id": place.aws_account.pk,
        "region": place.region,
        "arn": store_arn,
        "first_seen": at,
        "gone_at": None,
        "erased_at": None,
        "read_at": at,
        "missed_in": None,
    }
    common |= {"seen_in": run} if run else {}
    return common | ({"written_at": clock.now()} if ours else {})


# ---- Who was not seen ------------------------------------------------------------------------------------------------
def unseen(visit: RunVisit) -> QuerySet[DirectoryUser]:
    """Never who appeared, or whom we wrote, when the run had begun."""
    began = visit.run.started_at or visit.run.created_at
    unwritten = Q(written_at__isnull=True) | Q(written_at__lt=began - settle_time())
    not_seen = Q(seen_in__isnull=True) | ~Q(seen_in=visit.run.pk)
    live: QuerySet[DirectoryUser] = visit.place.of(DirectoryUser.objects.live())
    return live.filter(unwritten, not_seen, read_at__lt=began)


def batches(people: QuerySet[DirectoryUser]) -> Iterator[list[DirectoryUser]]:
    """Whom `people` selects when it begins, batch by batch."""
    last = 0
    while batch := list(people.filter(pk__gt=last).order_by("pk")[: settings.PULL_BATCH]):
        last = batch[-1].pk
        yield batch
