"""How each object of Identity Center becomes content and a row, and how one is read again. People: people/mirror.py."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from directory import reads
from directory.models import AccountAssignment, DirectoryGroup, DirectoryMembership, Instance, PermissionSet
from directory.permissions import (
    FIND_INSTANCE,
    NOBODYS_ID,
    NOBODYS_INSTANCE,
    NOBODYS_SET,
    PULL_ASSIGNMENTS,
    PULL_SETS,
    of_instance,
    of_set,
    of_store,
)
from policies import documents
from sync.aws.errors import NotFound
from sync.aws.permission import Permission
from sync.mirror import AccountRegion, Item, Mirror, ParsedItem, Reader
from sync.mirror.differences import ContentPart
from sync.mirror.hashing import moment
from sync.mirror.rows import row_of, upsert
from sync.models import MirroredRow
from sync.object_ref import ObjectRef

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_UNITS_S = (86_400, 3_600, 60, 1)
_USUAL_S = 3_600


def seconds_of(duration: str | None) -> int:
    """ISO 8601, as AWS writes it: "PT8H" → 28,800. Without one a session lasts an hour."""
    found = _DURATION.fullmatch(duration or "")
    if found is None:
        return _USUAL_S
    return sum(int(number or 0) * unit for number, unit in zip(found.groups(), _UNITS_S, strict=True)) or _USUAL_S


class DirectoryMirror(Mirror):
    """What they have in common. `columns` are the row's own, by name."""

    is_shared = True

    def columns(self, place: AccountRegion, seen: ParsedItem) -> Mapping[str, Any]:
        return dict(seen.volatile)

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        rows = []
        for seen in batch:
            row = row_of(self.model, place, seen, at)
            for column, value in self.columns(place, seen).items():
                setattr(row, column, value)
            rows.append(row)
        upsert(self.model, rows)

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        place.of(self.model.objects.live().filter(aws_id__in=object_ids)).update(gone_at=at)

    def read(self, client: Reader, ref: ObjectRef) -> Item | None:
        """Raises NotFound."""
        raise NotImplementedError

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        try:
            return self.read(client, ref)
        except NotFound:
            return None


class InstanceMirror(DirectoryMirror):
    kind = Instance.kind
    model = Instance
    permissions: ClassVar[Sequence[Permission]] = (
        of_instance("ListInstances", FIND_INSTANCE, MaxResults=1),
        of_instance("DescribeInstance", FIND_INSTANCE, InstanceArn=NOBODYS_INSTANCE),
    )
    parts: ClassVar[Mapping[str, ContentPart]] = {
        "name": ContentPart("Name", changed="renamed from {old} to {new}"),
        "administers": ContentPart("Administered from this AWS account"),
        "permission_sets": ContentPart("Permission sets"),
    }

    def object_id(self, item: Item) -> str:
        return str(item["InstanceArn"]).rpartition("/")[2]

    def see(self, item: Item) -> ParsedItem:
        content = {
            "name": item.get("Name") or "",
            "owner_id": item["OwnerAccountId"],
            "store_id": item["IdentityStoreId"],
            "primary_region": item["PrimaryRegion"],
            "administers": bool(item["Administers"]),
            "permission_sets": bool(item.get("PermissionSetsEnabled", True)),
        }
        volatile = {"status": item.get("Status") or "", "created_at": moment(item.get("CreatedDate"))}
        instance_id = self.object_id(item)
        return ParsedItem(instance_id, content["name"] or instance_id, item["InstanceArn"], content, volatile)

    def columns(self, place: AccountRegion, seen: ParsedItem) -> Mapping[str, Any]:
        said = {name: seen.content[name] for name in ("owner_id", "store_id", "primary_region", "administers")}
        return {**said, "has_permission_sets": seen.content["permission_sets"], **seen.volatile}

    def read(self, client: Reader, ref: ObjectRef) -> Item | None:
        account_id = str(client.call("sts", "GetCallerIdentity")["Account"])
        return next((one for one in reads.instances(client, account_id) if one["InstanceArn"] == ref.arn), None)


class PermissionSetMirror(DirectoryMirror):
    kind = PermissionSet.kind
    model = PermissionSet
    page = "permission_set"
    permissions: ClassVar[Sequence[Permission]] = (
        *(
            of_set(operation, PULL_SETS)
            for operation in (
                "DescribePermissionSet",
                "GetInlinePolicyForPermissionSet",
                "GetPermissionsBoundaryForPermissionSet",
                "ListManagedPoliciesInPermissionSet",
                "ListCustomerManagedPolicyReferencesInPermissionSet",
                "ListAccountsForProvisionedPermissionSet",
            )
        ),
        of_instance("ListTagsForResource", PULL_SETS, InstanceArn=NOBODYS_INSTANCE, ResourceArn=NOBODYS_SET),
    )
    parts: ClassVar[Mapping[str, ContentPart]] = {
        "inline": ContentPart("The inline policy", "got an inline policy", "lost its inline policy"),
        "managed": ContentPart(
            "AWS managed policies",
            "attached {name}",
            "detached {name}",
            named=lambda arn: arn.rpartition("/")[2],
        ),
        "customer": ContentPart("Customer managed policies", "attached {name}", "detached {name}"),
        "boundary": ContentPart("Permissions boundary", "got the boundary {new}", "lost its boundary {old}"),
        "session_s": ContentPart("Session, in seconds"),
        "description": ContentPart("Description"),
        "relay_state": ContentPart("Relay state"),
        "tags": ContentPart(
            "Tags", "tagged {name}: {new}", "lost the tag {name}", "tag {name}: {new} instead of {old}"
        ),
    }

    def object_id(self, item: Item) -> str:
        return str(item["PermissionSetArn"]).rpartition("/")[2]

    def see(self, item: Item) -> ParsedItem:
        texts: dict[str, str] = {}
        content = {
            "name": item["Name"],
            "description": item.get("Description") or "",
            "session_s": seconds_of(item.get("SessionDuration")),
            "relay_state": item.get("RelayState") or "",
            "inline": documents.refer(item["Inline"], texts) if item["Inline"] else None,
            "managed": sorted(policy["Arn"] for policy in item["Managed"]),
            "customer": sorted(path_and_name(policy) for policy in item["Customer"]),
            "boundary": _boundary(item["Boundary"]),
            "tags": {tag["Key"]: tag["Value"] for tag in item["Tags"]},
        }
        volatile = {
            "instance_arn": item["InstanceArn"],
            "created_at": moment(item.get("CreatedDate")),
            "accounts": sorted(item["Accounts"]),
            "outdated": sorted(item["Outdated"]),
            "account_count": len(item["Accounts"]),
            "outdated_count": len(item["Outdated"]),
        }
        return ParsedItem(self.object_id(item), item["Name"], item["PermissionSetArn"], content, volatile, texts)

    def columns(self, place: AccountRegion, seen: ParsedItem) -> Mapping[str, Any]:
        said = {name: value for name, value in seen.content.items() if name not in ("name", "inline")}
        return {**said, **seen.volatile}

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        held = documents.keep({text_hash: text for seen in batch for text_hash, text in seen.texts.items()})
        rows = []
        for seen in batch:
            row = row_of(PermissionSet, place, seen, at)
            for column, value in self.columns(place, seen).items():
                setattr(row, column, value)
            inline = seen.content["inline"]
            row.inline_id = held[inline["text"]] if inline else None
            rows.append(row)
        upsert(PermissionSet, rows)

    def texts(self, hashes: Collection[str]) -> dict[str, str]:
        return documents.texts_of(hashes)

    def read(self, client: Reader, ref: ObjectRef) -> Item | None:
        """By the ARN of its instance and its name, where nobody knows its own yet."""
        if ":instance/" in ref.arn:
            return reads.set_named(client, ref.arn, ref.name)
        return reads.permission_set(client, ref.arn)


def path_and_name(policy: Mapping[str, Any]) -> str:
    """Of a customer managed policy: "/team/reports-read"."""
    return f"{policy.get('Path') or '/'}{policy['Name']}"


def _boundary(said: Item) -> str:
    reference = said.get("CustomerManagedPolicyReference")
    return path_and_name(reference) if reference else str(said.get("ManagedPolicyArn") or "")


class AssignmentMirror(DirectoryMirror):
    """`SetName` is what the source adds to AWS's item."""

    kind = AccountAssignment.kind
    model = AccountAssignment
    permissions: ClassVar[Sequence[Permission]] = (
        of_set("ListAccountAssignments", PULL_ASSIGNMENTS, AccountId="{account_id}", MaxResults=1),
    )

    def object_id(self, item: Item) -> str:
        set_id = str(item["PermissionSetArn"]).rpartition("/")[2]
        return "/".join((set_id, item["AccountId"], item["PrincipalType"], item["PrincipalId"]))

    def see(self, item: Item) -> ParsedItem:
        set_arn = str(item["PermissionSetArn"])
        content = {
            "set": item["SetName"],
            "set_id": set_arn.rpartition("/")[2],
            "target_id": item["AccountId"],
            "principal_type": item["PrincipalType"],
            "principal_id": item["PrincipalId"],
        }
        return ParsedItem(self.object_id(item), item["SetName"], set_arn, content)

    def columns(self, place: AccountRegion, seen: ParsedItem) -> Mapping[str, Any]:
        return {name: value for name, value in seen.content.items() if name != "set"}

    def read(self, client: Reader, ref: ObjectRef) -> Item | None:
        _, account_id, principal_type, principal_id = ref.object_id.split("/")
        for item in reads.assignments(client, ref.arn, account_id):
            if (item["PrincipalType"], item["PrincipalId"]) == (principal_type, principal_id):
                return {**item, "SetName": ref.name}
        return None


class _OfStore(DirectoryMirror):
    """`ref.arn` is the identity store's."""

    def store_arn(self, place: AccountRegion, store_id: str) -> str:
        found = place.of(Instance.objects.filter(store_id=store_id)).first()
        return found.store_arn if found else ""

    def names(self, place: AccountRegion, batch: Sequence[ParsedItem]) -> Mapping[str, str]:
        """What rows are called, where AWS's item doesn't say it."""
        return {}

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        arns = {store_id: self.store_arn(place, store_id) for store_id in {seen.arn for seen in batch}}
        names = self.names(place, batch)
        rows: list[MirroredRow] = []
        for seen in batch:
            row = row_of(self.model, place, seen, at)
            row.arn = arns[seen.arn]
            row.name = names.get(seen.object_id, row.name)
            row.name_key = row.name.casefold()
            for column, value in self.columns(place, seen).items():
                setattr(row, column, value)
            rows.append(row)
        upsert(self.model, rows)


class GroupMirror(_OfStore):
    kind = DirectoryGroup.kind
    model = DirectoryGroup
    page = "directory_group"
    permissions: ClassVar[Sequence[Permission]] = (of_store("DescribeGroup", GroupId=NOBODYS_ID),)
    known = frozenset(
        {
            "CreatedAt",
            "CreatedBy",
            "Description",
            "DisplayName",
            "ExternalIds",
            "GroupArn",
            "GroupId",
            "IdentityStoreId",
            "Revision",
            "UpdatedAt",
            "UpdatedBy",
        }
    )
    parts: ClassVar[Mapping[str, ContentPart]] = {
        "name": ContentPart("Name", changed="renamed from {old} to {new}"),
        "description": ContentPart("Description"),
        "issuer": ContentPart("Comes from"),
    }

    def object_id(self, item: Item) -> str:
        return str(item["GroupId"])

    def see(self, item: Item) -> ParsedItem:
        content = {
            "name": item.get("DisplayName") or "",
            "description": item.get("Description") or "",
            "issuer": issuer_of(item),
        }
        volatile = {"created_at": moment(item.get("CreatedAt")), "changed_at": moment(item.get("UpdatedAt"))}
        name = content["name"] or self.object_id(item)
        return ParsedItem(self.object_id(item), name, item["IdentityStoreId"], content, volatile)

    def columns(self, place: AccountRegion, seen: ParsedItem) -> Mapping[str, Any]:
        return {"description": seen.content["description"], "issuer": seen.content["issuer"], **seen.volatile}

    def read(self, client: Reader, ref: ObjectRef) -> Item | None:
        """By its name, where nobody knows the id yet."""
        store_id = reads.store_id_of(ref.arn)
        if not ref.object_id:
            return reads.group_named(client, store_id, ref.name)
        return reads.group(client, store_id, ref.object_id)


def issuer_of(item: Item) -> str:
    """The directory that somebody comes from; their id there may be an address, and isn't kept."""
    return next((str(one.get("Issuer") or "directory") for one in item.get("ExternalIds") or ()), "")[:100]


class MembershipMirror(_OfStore):
    kind = DirectoryMembership.kind
    model = DirectoryMembership
    permissions: ClassVar[Sequence[Permission]] = (of_store("DescribeGroupMembership", MembershipId=NOBODYS_ID),)
    known = frozenset(
        {
            "CreatedAt",
            "CreatedBy",
            "GroupId",
            "IdentityStoreId",
            "MemberId",
            "MembershipArn",
            "MembershipId",
            "UpdatedAt",
            "UpdatedBy",
        }
    )

    def object_id(self, item: Item) -> str:
        return str(item["MembershipId"])

    def see(self, item: Item) -> ParsedItem:
        content = {"group_id": item["GroupId"], "user_id": item["MemberId"]["UserId"]}
        membership_id = self.object_id(item)
        return ParsedItem(membership_id, membership_id, item["IdentityStoreId"], content)

    def columns(self, place: AccountRegion, seen: ParsedItem) -> Mapping[str, Any]:
        return seen.content

    def names(self, place: AccountRegion, batch: Sequence[ParsedItem]) -> Mapping[str, str]:
        group_ids = {seen.content["group_id"] for seen in batch}
        groups = dict(place.of(DirectoryGroup.objects.filter(aws_id__in=group_ids)).values_list("aws_id", "name"))
        return {seen.object_id: groups.get(seen.content["group_id"], seen.name) for seen in batch}

    def read(self, client: Reader, ref: ObjectRef) -> Item | None:
        """By its id, or where `former_name` says so, as the one of a group and a user: "group/user"."""
        store_id = reads.store_id_of(ref.arn)
        group_id, _, user_id = ref.former_name.partition("/")
        if user_id:
            return reads.membership_of(client, store_id, group_id, user_id)
        return reads.membership(client, store_id, ref.object_id)
