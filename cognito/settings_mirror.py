"""What the mirrors of Cognito's settings have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, cast

from accounts.access import may, pools_of
from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM, SEE_PEOPLE
from cognito.models import AppClient, OfPool, UserPool
from cognito.permissions import pool_id_of
from cognito.setting_values import canonical
from sync.mirror import AccountRegion, Content, Item, Mirror, Named, ParsedItem
from sync.mirror.base import ColumnsMirror
from sync.mirror.hashing import moment
from sync.mirror.rows import row_of, upsert
from sync.models import MirroredRow


class SettingsMirror(Mirror):
    """The details of something that has settings. What differs is data."""

    settings: ClassVar[tuple[str, ...]]  # the item's members that are content

    def name(self, item: Item) -> str:
        raise NotImplementedError

    def arn(self, item: Item) -> str:
        """Of the object, or of the pool that it belongs to."""
        return ""

    def content(self, item: Item) -> Content:
        return canonical(item, self.settings)

    def volatile(self, item: Item) -> dict[str, Any]:
        return {"created_at": moment(item.get("CreationDate")), "changed_at": moment(item.get("LastModifiedDate"))}

    def columns(self, content: Content) -> Mapping[str, Any]:
        """What lists show and sort by, beside the settings as a whole."""
        return {}

    def see(self, item: Item) -> ParsedItem:
        name, arn = self.name(item), self.arn(item)
        return ParsedItem(self.object_id(item), name, arn, self.content(item), self.volatile(item))

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        upsert(self.model, [self.row(place, seen, at) for seen in batch])

    def row(self, place: AccountRegion, seen: ParsedItem, at: datetime) -> MirroredRow:
        row = row_of(self.model, place, seen, at)
        described = {"settings": seen.content, **seen.volatile, **self.columns(seen.content)}
        for column, value in described.items():
            setattr(row, column, value)
        return row

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        place.of(self.model.objects.filter(aws_id__in=object_ids)).live().update(gone_at=at)


class OfPoolMirror(SettingsMirror):
    """… that belongs to a pool. An item has, beside what AWS says, the pool's id and ARN."""

    model: ClassVar[type[OfPool]]

    def arn(self, item: Item) -> str:
        return str(item["UserPoolArn"])

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        rows = [cast(OfPool, self.row(place, seen, at)) for seen in batch]
        ids = {pool_id_of(seen.arn) for seen in batch}
        pools = dict(place.of(UserPool.objects.filter(aws_id__in=ids)).values_list("aws_id", "pk"))
        for row in rows:
            row.pool_id = pools[pool_id_of(row.arn)]
        upsert(self.model, rows)


def names_seen(
    model: type[UserPool | AppClient], of_pool: str, operator: Operator, aws_account: AwsAccount, ids: Sequence[str]
) -> Named:
    """`Mirror.names_of` what belongs to a pool, for who may see that pool. `of_pool`: the column of the pool's id."""
    if not ids:
        return {}
    rows = model._default_manager.filter(aws_account=aws_account, aws_id__in=ids)
    granted = None if may(operator, SEE_IAM, aws_account) else pools_of(operator, SEE_PEOPLE, aws_account)
    seen = rows if granted is None else rows.filter(**{f"{of_pool}__in": granted})
    return dict(seen.values_list("aws_id", "name"))


class FacetMirror(ColumnsMirror):
    """A facet of which the content is the members of an item."""

    id_member: ClassVar[str]
    settings: ClassVar[tuple[str, ...]]

    def object_id(self, item: Item) -> str:
        return str(item[self.id_member])

    def content(self, item: Item) -> Content:
        return canonical(item, self.settings)

    def see(self, item: Item) -> ParsedItem:
        return ParsedItem(self.object_id(item), "", "", self.content(item))
