"""Users, groups and roles in the mirror, and the source that all of IAM comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings

from identities import edges, reads
from identities.models import IamGroup, IamRole, IamUser, Principal
from policies import documents
from policies.engine.document import load
from policies.engine.principals import allowed_principals
from policies.mirrors import is_aws_managed
from policies.models import ManagedPolicy
from sync.mirror import Content, Item, Mirror, ObjectRef, Place, Reader, Seen, Source, SourcePage
from sync.mirror.hashing import moment
from sync.mirror.rows import row_of, upsert

SERVICE_LINKED = "/aws-service-role/"


class IamDetails(Source):
    """GetAccountAuthorizationDetails: users, groups, roles, policies and all that ties them, in one listing."""

    name = "iam.details"
    title = "Users, groups, roles and policies"
    facet = "details"
    kinds = (ManagedPolicy.kind, IamGroup.kind, IamUser.kind, IamRole.kind)

    FILTER = ("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")
    COUNTED = ("Users", "Groups", "Roles", "Policies")

    def pages(self, client: Reader, marker: str | None) -> Iterator[SourcePage]:
        operation, size = "GetAccountAuthorizationDetails", settings.PULL_PAGE_ITEMS
        for page in client.pages("iam", operation, marker=marker, MaxItems=size, Filter=list(self.FILTER)):
            items = {
                ManagedPolicy.kind: [item for item in page.items.get("Policies", ()) if _is_used(item)],
                IamGroup.kind: page.items.get("GroupDetailList", []),
                IamUser.kind: page.items.get("UserDetailList", []),
                IamRole.kind: page.items.get("RoleDetailList", []),
            }
            yield SourcePage(items, page.marker, page.requested_at)

    def expected(self, client: Reader) -> int | None:
        counts: dict[str, int] = client.call("iam", "GetAccountSummary")["SummaryMap"]
        return sum(counts.get(name, 0) for name in self.COUNTED)


def _is_used(policy: Item) -> bool:
    """Of AWS's own policies (more than a thousand) only those that somebody has."""
    used = (policy.get("AttachmentCount") or 0) + (policy.get("PermissionsBoundaryUsageCount") or 0)
    return used > 0 or not is_aws_managed(policy["Arn"])


class PrincipalMirror(Mirror):
    """What users, groups and roles have in common."""

    model: ClassVar[type[Principal]]
    noun: ClassVar[str]  # AWS's: User, Group, Role

    @property
    def owner(self) -> str:
        """The field by which what hangs on it refers to it."""
        return self.noun.lower()

    def object_id(self, item: Item) -> str:
        return str(item[f"{self.noun}Id"])

    def see(self, item: Item) -> Seen:
        texts: dict[str, str] = {}
        name, arn = item[f"{self.noun}Name"], item["Arn"]
        inline = item.get(f"{self.noun}PolicyList") or ()
        content = {
            "name": name,
            "path": item["Path"],
            "arn": arn,
            "attached": sorted({policy["PolicyArn"] for policy in item.get("AttachedManagedPolicies") or ()}),
            "inline": {policy["PolicyName"]: documents.refer(policy["PolicyDocument"], texts) for policy in inline},
            **self.more(item, texts),
        }
        return Seen(self.object_id(item), name, arn, content, self.volatile(item), texts)

    def more(self, item: Item, texts: dict[str, str]) -> Content:
        """The content that only this kind has."""
        return {}

    def volatile(self, item: Item) -> dict[str, Any]:
        return {"created_at": moment(item.get("CreateDate"))}

    def columns(self, seen: Seen, held: Mapping[str, int]) -> dict[str, Any]:
        """The columns that only this kind has."""
        return {}

    def save(self, place: Place, batch: Sequence[Seen], at: datetime) -> None:
        held = documents.keep({text_hash: text for seen in batch for text_hash, text in seen.texts.items()})
        rows = [self._row(place, seen, held, at) for seen in batch]
        upsert(self.model, rows)
        owners = {row.aws_id: row for row in rows}
        contents = {seen.object_id: seen.content for seen in batch}
        edges.save_inline(place, self.owner, owners, contents, held, at)

    def _row(self, place: Place, seen: Seen, held: Mapping[str, int], at: datetime) -> Principal:
        row = row_of(self.model, place, seen, at)
        columns = {"path": seen.content["path"], **seen.volatile, **self.columns(seen, held)}
        for column, value in columns.items():
            setattr(row, column, value)
        return row

    def tie(self, place: Place, contents: Mapping[str, Content], at: datetime, *, final: bool) -> set[str]:
        owners = edges.owners_of(place, self.model, contents)
        return edges.tie_attachments(place, self.owner, owners, contents, at)

    def loose(self, place: Place) -> set[str]:
        return edges.loose_attachments(place, self.owner)

    def remove(self, place: Place, object_ids: Sequence[str], at: datetime) -> None:
        rows = place.of(self.model.objects.filter(aws_id__in=object_ids))
        edges.remove_all(self.owner, rows, at)
        rows.live().update(gone_at=at)

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        return reads.read(client, self.noun, ref)


class UserMirror(PrincipalMirror):
    kind = IamUser.kind
    model = IamUser
    noun = "User"

    def more(self, item: Item, texts: dict[str, str]) -> Content:
        return _bounded_and_tagged(item) | {"groups": sorted(item.get("GroupList") or ())}

    def columns(self, seen: Seen, held: Mapping[str, int]) -> dict[str, Any]:
        return {"boundary_arn": seen.content["boundary"], "tags": seen.content["tags"]}

    def tie(self, place: Place, contents: Mapping[str, Content], at: datetime, *, final: bool) -> set[str]:
        owners = edges.owners_of(place, self.model, contents)
        unknown_policies = edges.tie_attachments(place, self.owner, owners, contents, at)
        return unknown_policies | edges.tie_memberships(place, owners, contents, at, final=final)

    def loose(self, place: Place) -> set[str]:
        return super().loose(place) | edges.loose_memberships(place)


class GroupMirror(PrincipalMirror):
    kind = IamGroup.kind
    model = IamGroup
    noun = "Group"

    def remove(self, place: Place, object_ids: Sequence[str], at: datetime) -> None:
        edges.loosen_members(place, object_ids)
        super().remove(place, object_ids, at)


class RoleMirror(PrincipalMirror):
    kind = IamRole.kind
    model = IamRole
    noun = "Role"

    def more(self, item: Item, texts: dict[str, str]) -> Content:
        return _bounded_and_tagged(item) | {"trust": documents.refer(item["AssumeRolePolicyDocument"], texts)}

    def volatile(self, item: Item) -> dict[str, Any]:
        used = item.get("RoleLastUsed") or {}
        return super().volatile(item) | {
            "last_used_at": moment(used.get("LastUsedDate")),
            "last_used_region": used.get("Region") or "",
        }

    def columns(self, seen: Seen, held: Mapping[str, int]) -> dict[str, Any]:
        trust = seen.content["trust"]["text"]
        trusted = allowed_principals(load(seen.texts[trust]) or {})
        return {
            "boundary_arn": seen.content["boundary"],
            "tags": seen.content["tags"],
            "trust_id": held[trust],
            "trusted": [{"type": kind, "value": value} for kind, value in trusted],
        }

    def is_by_aws(self, content: Content) -> bool:
        return str(content.get("path", "")).startswith(SERVICE_LINKED)


def _bounded_and_tagged(item: Item) -> Content:
    return {
        "boundary": (item.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn") or "",
        "tags": {tag["Key"]: tag["Value"] for tag in item.get("Tags") or ()},
    }
