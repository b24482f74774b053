"""When, where and for what each access key was last used: a facet without a history, since all of it is volatile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from identities.credentials.base import UserFacet, renew_summary, users_of
from identities.models import AccessKey
from sync.aws.errors import NotFound
from sync.aws.permission import reread
from sync.mirror import AccountRegion, EachObject, Item, ParsedItem, Reader
from sync.mirror.hashing import moment
from sync.models import MirroredRow
from sync.object_ref import ObjectRef

_NEVER = "N/A"  # AWS's word for the service and the Region of a key that was never used


NOBODYS_KEY = "AKIA0000000000000000"


class KeysLastUsed(UserFacet):
    """Asks about the keys that the mirror has: which there are is another facet's matter."""

    source = "last_used"
    permissions = reread(
        "iam:GetAccessKeyLastUsed",
        "Tell when, where and for what access keys were last used.",
        AccessKeyId=NOBODYS_KEY,
    )
    title = "Last use of access keys"
    known = frozenset({"UserId", "UserName", "Arn", "Keys"})
    keeps_history = False

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        try:
            item = self.of_user(client, ref)
        except NotFound:
            return None
        used: dict[str, Any] = {}
        for key in AccessKey.objects.live().filter(user__aws_id=item["UserId"]).order_by("pk"):
            try:
                used[key.aws_id] = client.call("iam", "GetAccessKeyLastUsed", AccessKeyId=key.aws_id)[
                    "AccessKeyLastUsed"
                ]
            except NotFound:
                continue  # deleted since it was listed
        return item | {"Keys": used}

    def see(self, item: Item) -> ParsedItem:
        used = {key: _columns(said) for key, said in item["Keys"].items()}
        return ParsedItem(self.object_id(item), item["UserName"], item["Arn"], {}, volatile=used)

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        users = users_of(place, [seen.object_id for seen in batch])
        said: Mapping[str, Any] = {key: columns for seen in batch for key, columns in seen.volatile.items()}
        keys = list(place.of(AccessKey.objects.filter(aws_id__in=said)))
        for key in keys:
            for column, value in said[key.aws_id].items():
                setattr(key, column, value)
        AccessKey.objects.bulk_update(keys, sorted(AccessKey.facet_columns))
        renew_summary(list(users.values()), self.source)

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        """The keys themselves end with their own facet, and keep when they were last used."""


def _columns(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "last_used_at": moment(said.get("LastUsedDate")),
        "last_used_service": _said(said.get("ServiceName")),
        "last_used_region": _said(said.get("Region")),
    }


def _said(value: str | None) -> str:
    return "" if value in (None, _NEVER) else str(value)


class OfUsersWithKeys(EachObject):
    def rows(self, place: AccountRegion) -> QuerySet[MirroredRow]:
        keys = AccessKey.objects.live().filter(user=OuterRef("pk"))
        return super().rows(place).filter(Exists(keys))


LAST_USED = KeysLastUsed()
SOURCE = OfUsersWithKeys("iam.last_used", LAST_USED.title, LAST_USED, after="iam.keys", every=timedelta(hours=1))
