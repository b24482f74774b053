"""One of the people in the mirror: for a single look, and for changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from accounts.models import AwsAccount, Operator
from directory import reads
from directory.models import DirectoryUser
from directory.people import rows
from directory.people.names import called, sees_people
from directory.people.person_record import people_in, settings_of
from directory.permissions import NOBODYS_ID, of_store
from sync.aws.errors import NotFound
from sync.aws.permission import Permission, of_people
from sync.mirror import AccountRegion, Item, Mirror, Named, ParsedItem, Reader, RereadObject
from sync.models import MirroredRow
from sync.object_ref import ObjectRef


class DirectoryPersonMirror(Mirror):
    """`ref.arn` is the identity store's."""

    kind = DirectoryUser.kind
    model = DirectoryUser
    permissions: ClassVar[Sequence[Permission]] = of_people(of_store("DescribeUser", UserId=NOBODYS_ID))
    keeps_history = False
    keeps_own_books = True

    def object_id(self, item: Item) -> str:
        return str(item["UserId"])

    def see(self, item: Item) -> ParsedItem:
        """Without content: no revision is made of a person."""
        return ParsedItem(self.object_id(item), "", "", {})

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        """Nothing to do: `keep` is the way."""

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        place.of(DirectoryUser.objects.filter(aws_id__in=object_ids)).live().update(gone_at=at)

    def ref(self, row: MirroredRow) -> ObjectRef:
        """Without the name, which runs would log."""
        return ObjectRef(self.kind, row.aws_id, row.aws_id, row.arn, row.region, self.source)

    def names_of(self, operator: Operator, aws_account: AwsAccount, ids: Sequence[str]) -> Named:
        if not sees_people(operator, aws_account):
            return {}
        people = DirectoryUser.objects.filter(aws_account=aws_account, aws_id__in=ids, erased_at__isnull=True)
        return {person.aws_id: called(person) for person in people}

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        """By the id; of somebody new, by what tells them: `former_name` is "userName=…"."""
        store_id = reads.store_id_of(ref.arn)
        try:
            if not ref.object_id:
                return reads.user_named(client, store_id, ref.former_name.partition("=")[2])
            return reads.user(client, store_id, ref.object_id)
        except NotFound:
            return None

    def keep(self, place: AccountRegion, reread: Sequence[RereadObject], *, ours: bool) -> int:
        changed, settings = 0, settings_of(place.aws_account)
        for each in reread:
            if each.item is None:
                changed += rows.bury(place, each.ref.object_id, each.requested_at, ours=ours)
            elif settings.mirrors_people:
                found = people_in([each.item], settings)
                counts = rows.keep(place, each.ref.arn, found, each.requested_at, run=None, ours=ours)
                changed += counts.new + counts.changed
        return changed
