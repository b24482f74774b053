"""Managed policies in the mirror: the customer's own, and those of AWS that are in use, with all their versions."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from aws_constraints.arn import is_managed_by_aws
from objects.permissions import iam_nobody
from policies import documents
from policies.models import ManagedPolicy, PolicyVersion
from sync.aws.errors import NotFound
from sync.aws.permission import reread
from sync.mirror import AccountRegion, Content, EachObject, Item, Mirror, ParsedItem, Reader, bulk
from sync.mirror.base import ColumnsMirror
from sync.mirror.bulk import Columns
from sync.mirror.differences import ContentDifference, ContentPart
from sync.mirror.hashing import moment
from sync.mirror.rows import columns, write
from sync.models import MirroredRow
from sync.object_ref import ObjectRef

_NUMBER = re.compile(r"v(\d{1,9})")  # as many digits as its column holds

PARTS = {
    "name": ContentPart("Name"),
    "path": ContentPart("Path"),
    "arn": ContentPart("ARN", follows="name"),
    "attachable": ContentPart("Can be attached"),
    "default_version": ContentPart("Version in force", changed="version {new} is in force instead of {old}"),
    "versions": ContentPart(
        "Versions", "version {name} was written", "version {name} was deleted", "version {name} changed"
    ),
}


def is_mirrored(policy: Item) -> bool:
    """Of AWS's own policies (more than a thousand) only those that somebody has."""
    used = (policy.get("AttachmentCount") or 0) + (policy.get("PermissionsBoundaryUsageCount") or 0)
    return used > 0 or not is_managed_by_aws(policy["Arn"])


def text_in_force(content: Content) -> str:
    """The hash of the text."""
    reference = content.get("versions", {}).get(content.get("default_version"), {})
    return str(reference.get("text", ""))


_KNOWN = frozenset(
    {
        "PolicyName",
        "PolicyId",
        "Arn",
        "Path",
        "DefaultVersionId",
        "AttachmentCount",
        "IsAttachable",
        "CreateDate",
        "PermissionsBoundaryUsageCount",
        "UpdateDate",
        "Description",
        "Tags",
    }
)
_READ_AGAIN = "Read one managed policy again, before and after a change."


class PolicyMirror(Mirror):
    kind = ManagedPolicy.kind
    permissions = (
        *reread("iam:GetPolicy", _READ_AGAIN, PolicyArn=iam_nobody("policy")),
        *reread("iam:ListPolicyVersions", _READ_AGAIN, PolicyArn=iam_nobody("policy")),
        *reread(
            "iam:GetPolicyVersion",
            "Keep the documents of a policy's versions, which never change, as its history; and begin one from AWS's.",
            PolicyArn=iam_nobody("policy"),
            VersionId="v1",
        ),
    )
    model = ManagedPolicy
    page = "policy"
    parts = PARTS
    known = _KNOWN | {"PolicyVersionList"}

    def object_id(self, item: Item) -> str:
        return str(item["PolicyId"])

    def see(self, item: Item) -> ParsedItem:
        texts: dict[str, str] = {}
        versions = item["PolicyVersionList"]
        content = {
            "name": item["PolicyName"],
            "path": item["Path"],
            "arn": item["Arn"],
            "attachable": item.get("IsAttachable", True),
            "default_version": item["DefaultVersionId"],
            "versions": {version["VersionId"]: documents.refer(version["Document"], texts) for version in versions},
        }
        volatile = {
            "attachment_count": item.get("AttachmentCount") or 0,
            "boundary_count": item.get("PermissionsBoundaryUsageCount") or 0,
            "created_at": moment(item.get("CreateDate")),
            "updated_at": moment(item.get("UpdateDate")),
            "versions_created": {version["VersionId"]: moment(version.get("CreateDate")) for version in versions},
        }
        return ParsedItem(self.object_id(item), item["PolicyName"], item["Arn"], content, volatile, texts)

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        held = documents.keep({text_hash: text for seen in batch for text_hash, text in seen.texts.items()})
        pks = write(ManagedPolicy, [_columns(place, seen, at) for seen in batch])
        versions = [
            {
                "policy_id": pks[seen.object_id],
                "version_id": version_id,
                "number": _number(version_id),
                "document_id": held[document["text"]],
                "created_at": seen.volatile["versions_created"][version_id],
                "gone_at": None,
            }
            for seen in batch
            for version_id, document in seen.content["versions"].items()
        ]
        still_there = bulk.upsert(PolicyVersion, versions, key=["policy_id", "version_id"], returning="id")
        live = PolicyVersion.objects.filter(policy__in=pks.values(), gone_at__isnull=True)
        live.exclude(pk__in=still_there.values()).update(gone_at=at)

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        rows = place.of(ManagedPolicy.objects.filter(aws_id__in=object_ids))
        PolicyVersion.objects.filter(policy__in=rows, gone_at__isnull=True).update(gone_at=at)
        rows.live().update(gone_at=at)

    def is_by_aws(self, content: Content, arn: str = "") -> bool:
        return is_managed_by_aws(content.get("arn", ""))

    def texts(self, hashes: Collection[str]) -> dict[str, str]:
        return documents.texts_of(hashes)

    def differences(self, before: Content, after: Content) -> list[ContentDifference]:
        """The texts that are compared are those in force, before and after."""
        found = super().differences(before, after)
        if all(each.part != "default_version" for each in found):
            return found
        old, new = (text_in_force(content) for content in (before, after))
        return [
            replace(each, old=old, new=new) if each.part == "default_version" else replace(each, old="", new="")
            for each in found
        ]

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        try:
            policy: Item = client.call("iam", "GetPolicy", PolicyArn=ref.arn)["Policy"]
            if ref.object_id and policy["PolicyId"] != ref.object_id:
                return None  # made anew under its old name
            if not is_mirrored(policy):
                return None
            versions = [
                version
                for page in client.pages("iam", "ListPolicyVersions", PolicyArn=ref.arn)
                for version in page.items["Versions"]
            ]
            policy["PolicyVersionList"] = [
                version | _document(client, ref.arn, version["VersionId"]) for version in versions
            ]
        except NotFound:
            return None
        return policy


def _document(client: Reader, arn: str, version_id: str) -> dict[str, Any]:
    answer = client.call("iam", "GetPolicyVersion", PolicyArn=arn, VersionId=version_id)
    return {"Document": answer["PolicyVersion"]["Document"]}


def _columns(place: AccountRegion, seen: ParsedItem, at: datetime) -> Columns:
    return columns(
        place,
        at,
        aws_id=seen.object_id,
        name=seen.name,
        arn=seen.arn,
        path=seen.content["path"],
        is_aws=is_managed_by_aws(seen.arn),
        default_version=seen.content["default_version"],
        attachable=seen.content["attachable"],
        version_count=len(seen.content["versions"]),
        **{name: seen.volatile[name] for name in ("attachment_count", "boundary_count", "created_at", "updated_at")},
    )


def _number(version_id: str) -> int:
    """3 of "v3" and of "v3.suffix"."""
    found = _NUMBER.match(version_id)
    return int(found[1]) if found else 0


# ---- Of a customer managed policy what IAM's listings leave out: description and tags. GetPolicy has both ----
SETTINGS_PARTS = {
    "description": ContentPart("Description", "described: {new}"),
    "tags": ContentPart("Tags", "tag {name}={new} added", "tag {name} removed", "tag {name} is {new} instead of {old}"),
}


class PolicySettings(ColumnsMirror):
    kind = ManagedPolicy.kind
    source = "settings"
    title = "Description and tags"
    model = ManagedPolicy
    parts = SETTINGS_PARTS
    known = _KNOWN

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
