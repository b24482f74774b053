"""Organizations in the mirror: how each of its objects becomes content and rows, and how one is read again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from policies import documents
from policies.models import OrgAccount, Organization, OrgNode, OrgPolicy, OrgTarget, OrgUnit
from policies.organizations import places, reads, resting
from sync.aws.errors import NotFound
from sync.aws.organization_errors import NotInOrganization
from sync.mirror import AccountRegion, Content, Item, Mirror, ParsedItem, Reader
from sync.mirror.differences import ContentPart
from sync.mirror.hashing import moment
from sync.mirror.rows import make, reconcile, row_of, slot, upsert
from sync.models import MirroredRow
from sync.object_ref import ObjectRef


class _OrgMirror(Mirror):
    """What they have in common. `columns` are the row's own, by name."""

    def object_id(self, item: Item) -> str:
        return str(item["Id"])

    def columns(self, seen: ParsedItem) -> dict[str, Any]:
        return {}

    def rows(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> list[Any]:
        rows = []
        for seen in batch:
            row = row_of(self.model, place, seen, at)
            for column, value in self.columns(seen).items():
                setattr(row, column, value)
            rows.append(row)
        return rows

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        upsert(self.model, self.rows(place, batch, at))

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        place.of(self.model.objects.live().filter(aws_id__in=object_ids)).update(gone_at=at)

    def read(self, client: Reader, ref: ObjectRef) -> Item | None:
        """Raises NotFound, and NotInOrganization where there is no organization any more."""
        raise NotImplementedError

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        try:
            return self.read(client, ref)
        except (NotFound, NotInOrganization):
            return None


class OrganizationMirror(_OrgMirror):
    kind = Organization.kind
    model = Organization
    known = frozenset(
        {"Arn", "AvailablePolicyTypes", "Delegated", "FeatureSet", "Id", "MasterAccountArn", "MasterAccountId"}
    )

    def see(self, item: Item) -> ParsedItem:
        content = {
            "arn": item["Arn"],
            "management_id": item["MasterAccountId"],
            "all_features": item["FeatureSet"] == "ALL",
        }
        return ParsedItem(item["Id"], item["Id"], item["Arn"], content, {"delegated": item["Delegated"]})

    def columns(self, seen: ParsedItem) -> dict[str, Any]:
        return {name: seen.content[name] for name in ("management_id", "all_features")} | dict(seen.volatile)

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        super().save(place, batch, at)
        places.follow([place.aws_account.account_id])

    def read(self, client: Reader, ref: ObjectRef) -> Item | None:
        found = reads.organization(client)
        return found if found["Id"] == ref.object_id else None


class _NodeMirror(_OrgMirror):
    """A node of the tree; `ParentId` is what the source adds to AWS's item."""

    model: ClassVar[type[OrgNode]]
    parts: ClassVar[Mapping[str, ContentPart]] = {
        "name": ContentPart("Name", changed="renamed from {old} to {new}"),
        "parent": ContentPart("Place", changed="moved from {old} to {new}"),
        "state": ContentPart("State"),
        "policy_types": ContentPart("Control policies", added="{name} switched on", removed="{name} switched off"),
    }

    def see(self, item: Item) -> ParsedItem:
        content = {"name": item["Name"], "arn": item["Arn"], "parent": item["ParentId"], **self.more(item)}
        return ParsedItem(item["Id"], item["Name"], item["Arn"], content, self.volatile(item))

    def more(self, item: Item) -> Content:
        return {}

    def volatile(self, item: Item) -> dict[str, Any]:
        return {}

    def columns(self, seen: ParsedItem) -> dict[str, Any]:
        return {"parent_id": seen.content["parent"], **seen.volatile}


class UnitMirror(_NodeMirror):
    kind = OrgUnit.kind
    model = OrgUnit
    known = frozenset({"Arn", "Id", "Name", "ParentId", "Path", "PolicyTypes"})

    def more(self, item: Item) -> Content:
        types = item.get("PolicyTypes") or ()
        return {"policy_types": sorted(policy["Type"] for policy in types if policy["Status"] == "ENABLED")}

    def columns(self, seen: ParsedItem) -> dict[str, Any]:
        return super().columns(seen) | {"policy_types": seen.content["policy_types"]}

    def rows(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> list[Any]:
        """A unit comes after the one above it, in the same batch or in an earlier one."""
        rows: list[OrgUnit] = super().rows(place, batch, at)
        above = place.of(OrgUnit.objects.filter(aws_id__in={row.parent_id for row in rows}))
        paths = dict(above.values_list("aws_id", "path"))
        for row in rows:
            begin = paths.get(row.parent_id, "") if row.parent_id else f"{row.arn.split('/')[1]}/"
            row.path = paths[row.aws_id] = f"{begin}{row.aws_id}/"
        return rows

    def read(self, client: Reader, ref: ObjectRef) -> Item | None:
        return reads.unit(client, ref.object_id)


class OrgAccountMirror(_NodeMirror):
    kind = OrgAccount.kind
    model = OrgAccount
    known = frozenset({"Arn", "Id", "JoinedMethod", "JoinedTimestamp", "Name", "ParentId", "Paths", "State", "Status"})

    def more(self, item: Item) -> Content:
        # State says more than Status, which AWS no longer documents; older answers have only that.
        return {"state": item.get("State") or item.get("Status", ""), "invited": item.get("JoinedMethod") == "INVITED"}

    def volatile(self, item: Item) -> dict[str, Any]:
        return {"joined_at": moment(item.get("JoinedTimestamp"))}

    def columns(self, seen: ParsedItem) -> dict[str, Any]:
        return super().columns(seen) | {name: seen.content[name] for name in ("state", "invited")}

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        """In the transaction that says that an AWS account has left a unit, grants by the unit end; in that which says
        that it is suspended, it begins to rest."""
        super().save(place, batch, at)
        numbers = [seen.object_id for seen in batch]
        places.follow(numbers)
        resting.follow(numbers)

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        super().remove(place, object_ids, at)
        places.follow(object_ids)
        resting.follow(object_ids)

    def read(self, client: Reader, ref: ObjectRef) -> Item | None:
        return reads.account(client, ref.object_id)


class OrgPolicyMirror(_OrgMirror):
    """Where a policy is attached is part of what it says: attaching one elsewhere is a revision of it."""

    kind = OrgPolicy.kind
    model = OrgPolicy
    page = "control_policy"
    parts: ClassVar[Mapping[str, ContentPart]] = {
        "document": ContentPart("The document", changed="the document changed"),
        "targets": ContentPart("Attached to", added="attached to {name}", removed="detached from {name}"),
        "name": ContentPart("Name", changed="renamed from {old} to {new}"),
        "description": ContentPart("Description"),
    }
    known = frozenset({"Arn", "AwsManaged", "Content", "Description", "Id", "Name", "Targets", "Type"})

    def see(self, item: Item) -> ParsedItem:
        texts: dict[str, str] = {}
        targets: dict[str, str] = {target["TargetId"]: target.get("Name", "") for target in item["Targets"]}
        content = {
            "name": item["Name"],
            "arn": item["Arn"],
            "type": item["Type"],
            "description": item.get("Description") or "",
            "by_aws": bool(item.get("AwsManaged")),
            "document": documents.refer(item["Content"], texts),
            "targets": sorted(targets),
        }
        return ParsedItem(item["Id"], item["Name"], item["Arn"], content, {"target_names": targets}, texts)

    def columns(self, seen: ParsedItem) -> dict[str, Any]:
        content = seen.content
        return {"type": content["type"], "description": content["description"], "is_aws": content["by_aws"]}

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        held = documents.keep({text_hash: text for seen in batch for text_hash, text in seen.texts.items()})
        rows: list[OrgPolicy] = self.rows(place, batch, at)
        for row, seen in zip(rows, batch, strict=True):
            row.document_id = held[seen.content["document"]["text"]]
        upsert(OrgPolicy, rows)
        wanted: dict[str, MirroredRow] = {
            slot(row.aws_id, target_id): make(OrgTarget, place, at, name=name, policy=row, target_id=target_id)
            for row, seen in zip(rows, batch, strict=True)
            for target_id, name in _targets(seen.volatile).items()
        }
        reconcile(OrgTarget.objects.filter(policy__in=rows), wanted, at)

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        policies = place.of(OrgPolicy.objects.filter(aws_id__in=object_ids))
        OrgTarget.objects.live().filter(policy__in=policies).update(gone_at=at)
        super().remove(place, object_ids, at)

    def texts(self, hashes: Collection[str]) -> dict[str, str]:
        return documents.texts_of(hashes)

    def read(self, client: Reader, ref: ObjectRef) -> Item | None:
        """By its id; one that was made just now by its name."""
        if policy_id := ref.object_id or ref.arn.rpartition("/")[2]:
            return reads.policy(client, policy_id)
        return reads.policy_named(client, ref.name)


def _targets(volatile: Mapping[str, Any]) -> dict[str, str]:
    """Names by id."""
    names: dict[str, str] = volatile["target_names"]
    return names
