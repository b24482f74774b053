"""The rows of people, by the batch: few statements, and none for each person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from cognito.models import CognitoUser, UserPool
from cognito.people.person_record import Person
from sync import clock
from sync.mirror import AccountRegion, Counts, bulk
from sync.mirror.bulk import Columns, CopyLines, insert_new, prepared_lines
from sync.mirror.rows import KEY
from sync.mirror.store import settle_time


class KnownPerson(NamedTuple):
    """What has to be known of a row to go on with it."""

    aws_id: str
    id: int
    content_hash: str
    read_at: datetime
    written_at: datetime | None
    gone_at: datetime | None


def prepared(people: Sequence[Person]) -> CopyLines | None:
    """For `keep_new`, of people as `each_once` gives them; may be made in another thread."""
    return prepared_lines(CognitoUser, [person.columns() for person in people])


def keep_new(
    pool: UserPool, people: Sequence[Person], as_rows: CopyLines | None, requested_at: datetime, *, run: int
) -> Counts:
    """`keep`, for a pool whose people were never read to the end: most likely none of these is there."""
    if as_rows and insert_new(CognitoUser, as_rows, _common(pool, requested_at, run, ours=False)):
        return Counts(len(people), len(people), 0)
    return keep(pool, people, requested_at, run=run)


def each_once(people: Sequence[Person]) -> list[Person]:
    """In the order of their keys: of two who write of the same ones, one waits for the other."""
    return sorted({person.sub: person for person in people}.values(), key=lambda person: person.sub)


def keep(
    pool: UserPool, people: Sequence[Person], requested_at: datetime, *, run: int | None, ours: bool = False
) -> Counts:
    """Takes what one answer shows of people, in the caller's transaction. Safe to repeat.

    An answer that was asked for before our own last write of a person plus a minute never overwrites it, nor does one
    that is older than what is there. `ours`: it shows a write of our own.
    """
    place = AccountRegion(pool.aws_account, pool.region)
    people = each_once(people)
    known = known_people(place, [person.sub for person in people])
    due: list[Person] = []
    same: list[int] = []
    older: list[int] = []
    for person in people:
        row = known.get(person.sub)
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
    common = _common(pool, requested_at, run, ours=ours)
    bulk.upsert(CognitoUser, [common | person.columns() for person in due], key=KEY, kept=("first_seen",))
    new = sum(person.sub not in known for person in due)
    return Counts(len(people), new, len(due) - new)


def bury(place: AccountRegion, sub: str, requested_at: datetime, *, ours: bool) -> int:
    """AWS, asked for that one person, didn't find her. Whom we wrote just now, it may not show yet."""
    row = known_people(place, [sub]).get(sub)
    if row is None or row.gone_at is not None or (not ours and is_settling(row, requested_at)):
        return 0
    written = {"written_at": clock.now()} if ours else {}
    return CognitoUser.objects.filter(pk=row.id).update(gone_at=requested_at, **written)


def known_people(place: AccountRegion, subs: Sequence[str]) -> dict[str, KnownPerson]:
    """By `sub`; locked until the transaction ends."""
    of = {"aws_account_id": place.aws_account.pk, "region": place.region}
    found = bulk.select(CognitoUser, KnownPerson._fields, "aws_id", subs, of, lock=True)
    return {row["aws_id"]: KnownPerson(**row) for row in found}


def is_settling(row: KnownPerson, requested_at: datetime) -> bool:
    """Whether an answer that was asked for then may show the state before our own last write."""
    return row.written_at is not None and requested_at < row.written_at + settle_time()


def _mark(pks: Sequence[int], run: int | None, read_at: datetime | None) -> None:
    """They were seen; one statement for all of them."""
    if pks:
        seen: dict[str, Any] = {"seen_in": run, "missed_in": None}
        CognitoUser.objects.filter(pk__in=pks).update(**seen | ({"read_at": read_at} if read_at else {}))


def _common(pool: UserPool, at: datetime, run: int | None, *, ours: bool) -> Columns:
    """What the rows of one answer share."""
    common: Columns = {
        "aws_account_id": pool.aws_account_id,
        "region": pool.region,
        "arn": pool.arn,
        "pool_id": pool.pk,
        "first_seen": at,
        "gone_at": None,
        "erased_at": None,
        "read_at": at,
        "missed_in": None,
    }
    common |= {"seen_in": run} if run else {}
    common |= {"written_at": clock.now()} if ours else {}
    return common
