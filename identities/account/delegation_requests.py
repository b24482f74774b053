"""Delegation requests in the mirror: who asks for temporary access to the AWS account, for what, and what came of it.

"IAM temporary delegation" in the IAM User Guide. AWS lists those that somebody of the AWS account has taken up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from iamconsole.web.words import duration
from identities.models import DelegationRequest
from policies import documents
from sync.aws.errors import NotFound
from sync.aws.permission import NOBODY, reread
from sync.mirror import AccountRegion, Content, Item, Mirror, ParsedItem, Reader
from sync.mirror.differences import ContentPart
from sync.mirror.hashing import moment
from sync.mirror.rows import row_of, upsert
from sync.object_ref import ObjectRef

State = DelegationRequest.State


def _state(said: str) -> str:
    return str(State(said).label).lower() if said in State else said


def _span(said: str) -> str:
    return duration(int(said)) if said.isdecimal() else said


class DelegationRequestMirror(Mirror):
    kind = DelegationRequest.kind
    model = DelegationRequest
    page = "delegation_request"
    permissions = reread(
        "iam:GetDelegationRequest",
        "Show of each delegation request what it asks for.",
        DelegationRequestId=NOBODY,
    )
    parts = {
        "state": ContentPart("State", changed="{new}, before: {old}", named=_state),
        "document": ContentPart("What it asks for", changed="asks for something else"),
        "approver": ContentPart("Accepted by", "accepted by {new}"),
        "owner": ContentPart("Taken up by", changed="taken up by {new} instead of {old}"),
        "rejection": ContentPart("Reason of the rejection", "rejected because: {new}"),
        "notes": ContentPart("Notes", "noted: {new}", changed="noted: {new}"),
        "session_s": ContentPart("Longest use", changed="for {new} instead of {old}", named=_span),
    }
    known = frozenset(
        {
            "DelegationRequestId",
            "OwnerAccountId",
            "Description",
            "RequestMessage",
            "Permissions",
            "PermissionPolicy",
            "RolePermissionRestrictionArns",
            "OwnerId",
            "ApproverId",
            "State",
            "ExpirationTime",
            "RequestorId",
            "RequestorName",
            "CreateDate",
            "SessionDuration",
            "RedirectUrl",
            "Notes",
            "RejectionReason",
            "OnlySendByOwner",
            "UpdatedTime",
        }
    )

    def object_id(self, item: Item) -> str:
        return str(item["DelegationRequestId"])

    def see(self, item: Item) -> ParsedItem:
        texts: dict[str, str] = {}
        policy = item.get("PermissionPolicy")
        content = {
            "state": item["State"],
            "requestor": item.get("RequestorId", ""),
            "description": item.get("Description", ""),
            "message": item.get("RequestMessage", ""),
            "template": item.get("Permissions", {}).get("PolicyTemplateArn", ""),
            "document": documents.refer(policy, texts) if policy else None,
            "boundaries": sorted(item.get("RolePermissionRestrictionArns") or ()),
            "owner": item.get("OwnerId", ""),
            "approver": item.get("ApproverId", ""),
            "session_s": item.get("SessionDuration"),
            "notes": item.get("Notes", ""),
            "rejection": item.get("RejectionReason", ""),
            "only_owner": bool(item.get("OnlySendByOwner")),
        }
        volatile = {"created_at": moment(item.get("CreateDate")), "expires_at": moment(item.get("ExpirationTime"))}
        name = item.get("RequestorName") or content["requestor"]
        return ParsedItem(self.object_id(item), name, _arn(item), content, volatile, texts)

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        held = documents.keep({text_hash: text for seen in batch for text_hash, text in seen.texts.items()})
        upsert(DelegationRequest, [self._row(place, seen, held, at) for seen in batch])

    def _row(self, place: AccountRegion, seen: ParsedItem, held: Mapping[str, int], at: datetime) -> DelegationRequest:
        row = row_of(DelegationRequest, place, seen, at)
        row.settings, row.state, row.requestor = seen.content, seen.content["state"], seen.content["requestor"]
        row.created_at, row.expires_at = seen.volatile["created_at"], seen.volatile["expires_at"]
        document = seen.content["document"]
        row.document_id = held[document["text"]] if document else None
        return row

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        place.of(DelegationRequest.objects.filter(aws_id__in=object_ids)).live().update(gone_at=at)

    def texts(self, hashes: Collection[str]) -> dict[str, str]:
        return documents.texts_of(hashes)

    def is_rewritten(self, before: Content, after: Content) -> bool:
        """AWS ends a request when its time is over."""
        return bool(after) and after["state"] == State.EXPIRED

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        request_id = ref.object_id or ref.arn.rpartition("/")[2]
        try:
            item: Item = client.call("iam", "GetDelegationRequest", DelegationRequestId=request_id)["DelegationRequest"]
        except NotFound:
            return None
        return item


def _arn(item: Item) -> str:
    """AWS's answers don't have it: it is in the partition and the AWS account of whoever took the request up."""
    partition, _, _, account_id = item["OwnerId"].split(":")[1:5]
    return f"arn:{partition}:iam::{account_id}:delegation-request/{item['DelegationRequestId']}"
