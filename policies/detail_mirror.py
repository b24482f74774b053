"""Of a customer-managed policy what IAM's listings leave out: description and tags. GetPolicy has both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from policies.models import ManagedPolicy
from sync.aws.errors import NotFound
from sync.mirror import AccountRegion, EachObject, Item, ParsedItem, Reader
from sync.mirror.columns import ColumnsMirror
from sync.mirror.differences import ContentPart
from sync.models import MirroredRow
from sync.object_ref import ObjectRef

PARTS = {
    "description": ContentPart("Description", "described: {new}"),
    "tags": ContentPart("Tags", "tag {name}={new} added", "tag {name} removed", "tag {name} is {new} instead of {old}"),
}


class PolicySettings(ColumnsMirror):
    kind = ManagedPolicy.kind
    source = "settings"
    title = "Description and tags"
    model = ManagedPolicy
    parts = PARTS
    known = frozenset(
        {
            "PolicyName",
            "PolicyId",
            "Arn",
            "Path",
            "DefaultVersionId",
            "AttachmentCount",
            "IsAttachable",
            "Tags",
            "PermissionsBoundaryUsageCount",
            "CreateDate",
            "UpdateDate",
            "Description",
        }
    )

    def object_id(self, item: Item) -> str:
        return str(item["PolicyId"])

    def see(self, item: Item) -> ParsedItem:
        tags = {tag["Key"]: tag["Value"] for tag in item.get("Tags") or ()}
        content = {"description": item.get("Description") or "", "tags": tags}
        return ParsedItem(self.object_id(item), item["PolicyName"], item["Arn"], content)

    def columns(self, seen: ParsedItem) -> Mapping[str, Any]:
        return seen.content

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        try:
            item: Item = client.call("iam", "GetPolicy", PolicyArn=ref.arn)["Policy"]
        except NotFound:
            return None
        return None if ref.object_id and item["PolicyId"] != ref.object_id else item


class EachCustomerPolicy(EachObject):
    """AWS's own policies have no tags, and nobody needs their descriptions here."""

    def rows(self, place: AccountRegion) -> QuerySet[MirroredRow]:
        return place.of(ManagedPolicy.objects.live()).filter(is_aws=False)


SETTINGS = PolicySettings()
SOURCE = EachCustomerPolicy(
    "iam.policy_settings", "Descriptions and tags of policies", SETTINGS, after="iam.details", every=timedelta(hours=6)
)
