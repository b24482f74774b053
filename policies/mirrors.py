"""Managed policies in the mirror: the customer's own, and those of AWS that are in use, with all their versions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from policies import documents
from policies.models import ManagedPolicy, PolicyVersion
from sync.aws.errors import NotFound
from sync.mirror import Content, Item, Mirror, ObjectRef, Place, Reader, Seen
from sync.mirror.hashing import moment
from sync.mirror.rows import row_of, upsert

_NUMBER = re.compile(r"v(\d+)")


def is_aws_managed(arn: str) -> bool:
    """`arn:aws:iam::aws:policy/…`: the account part says so."""
    return arn.split(":")[4:5] == ["aws"]


class PolicyMirror(Mirror):
    kind = ManagedPolicy.kind
    model = ManagedPolicy

    def object_id(self, item: Item) -> str:
        return str(item["PolicyId"])

    def see(self, item: Item) -> Seen:
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
        return Seen(self.object_id(item), item["PolicyName"], item["Arn"], content, volatile, texts)

    def save(self, place: Place, batch: Sequence[Seen], at: datetime) -> None:
        held = documents.keep({text_hash: text for seen in batch for text_hash, text in seen.texts.items()})
        rows = [_row(place, seen, at) for seen in batch]
        upsert(ManagedPolicy, rows)
        versions = [
            PolicyVersion(
                policy=row,
                version_id=version_id,
                number=_number(version_id),
                document_id=held[document["text"]],
                created_at=seen.volatile["versions_created"][version_id],
                gone_at=None,
            )
            for row, seen in zip(rows, batch, strict=True)
            for version_id, document in seen.content["versions"].items()
        ]
        PolicyVersion.objects.bulk_create(
            versions,
            update_conflicts=True,
            unique_fields=["policy", "version_id"],
            update_fields=["number", "document", "created_at", "gone_at"],
        )
        still_there = [version.pk for version in versions]
        live = PolicyVersion.objects.filter(policy__in=rows, gone_at__isnull=True)
        live.exclude(pk__in=still_there).update(gone_at=at)

    def remove(self, place: Place, object_ids: Sequence[str], at: datetime) -> None:
        rows = place.of(ManagedPolicy.objects.filter(aws_id__in=object_ids))
        PolicyVersion.objects.filter(policy__in=rows, gone_at__isnull=True).update(gone_at=at)
        rows.live().update(gone_at=at)

    def is_by_aws(self, content: Content) -> bool:
        return is_aws_managed(content.get("arn", ""))

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        try:
            policy: Item = client.call("iam", "GetPolicy", PolicyArn=ref.arn)["Policy"]
            if ref.object_id and policy["PolicyId"] != ref.object_id:
                return None  # made anew under its old name
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


def _row(place: Place, seen: Seen, at: datetime) -> ManagedPolicy:
    row = row_of(ManagedPolicy, place, seen, at)
    row.path = seen.content["path"]
    row.is_aws = is_aws_managed(seen.arn)
    row.default_version = seen.content["default_version"]
    row.attachable = seen.content["attachable"]
    for column in ("attachment_count", "boundary_count", "created_at", "updated_at"):
        setattr(row, column, seen.volatile[column])
    return row


def _number(version_id: str) -> int:
    """3 of "v3" and of "v3.suffix"."""
    found = _NUMBER.match(version_id)
    return int(found[1]) if found else 0
