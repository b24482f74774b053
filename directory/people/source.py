"""The source of people: ListUsers of each identity store, reduced to what may be kept where the answer arrives."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import AwsAccount
from directory import reads
from directory.models import DirectoryUser
from directory.people import rows
from directory.people.person_record import DirectoryPerson, people_in, settings_of
from directory.permissions import STORE, of_store
from directory.sources import INSTANCE, PEOPLE, administered
from sync import clock
from sync.aws.errors import AwsError, NotFound
from sync.aws.permission import of_people
from sync.mirror import AccountRegion, Counts, Reader, RunVisit, SelfStoringSource, SourcePage
from sync.mirror.paced_writes import paced_write
from sync.mirror.sweep import BRAKE_COUNT, BRAKE_SHARE, CONFIRMATIONS

logger = logging.getLogger(__name__)
_PER_CALL = 100


@dataclass(frozen=True)
class DirectoryPage:
    store_arn: str
    people: Sequence[DirectoryPerson]

    def __len__(self) -> int:
        return len(self.people)


class DirectoryPeopleSource(SelfStoringSource):
    name = PEOPLE
    title = "People of Identity Center"
    after = (INSTANCE,)
    permissions = of_people(of_store("ListUsers", MaxResults=1))

    def serves(self, aws_account: AwsAccount) -> bool:
        return (
            super().serves(aws_account) and bool(administered(aws_account)) and settings_of(aws_account).mirrors_people
        )

    def expected(self, client: Reader, place: AccountRegion) -> int | None:
        return place.of(DirectoryUser.objects.live()).count() or None

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        """The marker: how many stores are done, and AWS's token in the next."""
        done, token = json.loads(marker) if marker else (0, None)
        due, settings = administered(place.aws_account), settings_of(place.aws_account)
        for number in range(done, len(due)):
            there, store_id = client.at(due[number].primary_region), due[number].store_id
            for page in there.pages(STORE, "ListUsers", marker=token, IdentityStoreId=store_id, MaxResults=_PER_CALL):
                token = page.marker
                following = json.dumps([number + 1, None]) if number + 1 < len(due) else None
                further = json.dumps([number, token]) if token else following
                part = DirectoryPage(due[number].store_arn, people_in(page.items.get("Users", ()), settings))
                yield SourcePage({}, further, page.requested_at, own=[part])
        if done >= len(due):
            yield SourcePage({}, None, clock.now())

    def take(self, visit: RunVisit, page: SourcePage) -> Counts:
        counts = Counts()
        for part in page.own:
            counts = rows.keep(visit.place, part.store_arn, part.people, page.requested_at, run=visit.run.pk)
        return counts

    def brake(self, visit: RunVisit) -> str:
        missing, live = rows.unseen(visit).count(), visit.place.of(DirectoryUser.objects.live()).count()
        return f"{missing} of {live} people" if missing >= BRAKE_COUNT and missing > BRAKE_SHARE * live else ""

    def sweep(self, visit: RunVisit) -> None:
        """Gone is whom AWS, asked for alone, doesn't find, or whom the complete run before didn't see either."""
        confirmations = CONFIRMATIONS
        for people in rows.batches(rows.unseen(visit)):
            doubted = [one for one in people if one.missed_in in (None, visit.run.pk)]
            asked, confirmations = doubted[:confirmations], confirmations - len(doubted[:confirmations])
            waits = {one.pk for one in doubted} - {one.pk for one in asked if _is_gone(visit, one)}
            with paced_write():
                gone = [one.pk for one in people if one.pk not in waits]
                ended = rows.unseen(visit).filter(pk__in=gone).update(gone_at=visit.now, missed_in=None)
                rows.unseen(visit).filter(pk__in=waits).update(missed_in=visit.run.pk)
                visit.note(Counts(gone=ended))


def _is_gone(visit: RunVisit, person: DirectoryUser) -> bool:
    """Who is there counts as seen."""
    visit.note(Counts())  # it takes a while, and we live
    requested_at = clock.now()
    try:
        found = reads.user(visit.client, reads.store_id_of(person.arn), person.aws_id)
    except NotFound:
        return True
    except AwsError as error:
        logger.info("%s may be gone, or not: %s", person, type(error).__name__)
        return False
    with transaction.atomic():
        known = people_in([found], settings_of(visit.place.aws_account))
        visit.note(rows.keep(visit.place, person.arn, known, requested_at, run=visit.run.pk))
    return False
