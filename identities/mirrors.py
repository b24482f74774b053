"""Users, groups and roles in the mirror, and the source that all of IAM comes from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar

from django.conf import settings

from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from identities import edges, reads
from identities.dangling_trusts import words_by_id
from identities.edges import keep_trusted
from identities.former_names import is_rewritten
from identities.models import IamGroup, IamRole, IamUser, Principal
from identities.trust import joined, principals_of, trusted_of, unique_ids
from policies import documents
from policies.engine.statements import allowed_principals, document_in
from policies.mirrors import is_mirrored
from policies.models import ManagedPolicy
from sync.aws.errors import InvalidRequestError
from sync.aws.permission import NOBODY, read, reread
from sync.mirror import AccountRegion, Content, Item, Mirror, Named, ParsedItem, Reader, Source, SourcePage
from sync.mirror.bulk import Columns
from sync.mirror.differences import ContentDifference, ContentPart
from sync.mirror.hashing import moment
from sync.mirror.rows import columns, write
from sync.object_ref import ObjectRef
from sync.texts import storable

PARTS = {
    "name": ContentPart("Name", changed="renamed from {old} to {new}"),
    "path": ContentPart("Path"),
    "arn": ContentPart("ARN", follows="name"),
    "attached": ContentPart("Attached policies", "attached {name}", "detached {name}", named=name_of),
    "groups": ContentPart("Groups", "added to the group {name}", "removed from the group {name}"),
    "inline": ContentPart(
        "Inline policies",
        "inline policy {name} written",
        "inline policy {name} deleted",
        "inline policy {name} changed",
    ),
    "trust": ContentPart("Trust policy", "trust policy written", changed="trust policy changed"),
    "boundary": ContentPart(
        "Permissions boundary",
        "bounded by {new}",
        "boundary {old} taken off",
        "bounded by {new} instead of {old}",
        named=name_of,
    ),
    "tags": ContentPart("Tags", "tag {name}={new} added", "tag {name} removed", "tag {name} is {new} instead of {old}"),
}


def trust_words(aws_account: AwsAccount, old: str, new: str, deleted: Mapping[str, str]) -> str:
    """Who came and who went: "trust policy changed: now names AWS account 999999999999". `deleted` as in `trust`."""
    before, after = (
        {each.inside: None for each in trusted_of(principals_of(text), aws_account.account_id, deleted)}
        for text in (old, new)
    )
    came, went = ([who for who in some if who not in others] for some, others in ((after, before), (before, after)))
    if not old or not (came or went):
        return "trust policy changed" if old else f"trust policy names {joined(after) or 'nobody'}"
    said = [f"{words} {joined(who)}" for words, who in (("now names", came), ("no longer names", went)) if who]
    return f"trust policy changed: {'; '.join(said)}"


_USER_AGAIN = "Read one user again, before and after a change, and tell whose credentials changed."
_GROUP_AGAIN = "Read one group again, before and after a change."
_ROLE_AGAIN = "Read one role again, before and after a change."


class IamDetails(Source):
    """GetAccountAuthorizationDetails: users, groups, roles, policies and all that ties them.

    Asked for in one listing, AWS tells of users first, and of the groups and policies that they refer to last. So it is
    asked for those first: it takes as many pages, and what refers to them finds them there. A marker is the number of
    the part and AWS's own marker in it.
    """

    name = "iam.details"
    is_first = True
    title = "Users, groups, roles and policies"
    facet = "details"
    kinds = (ManagedPolicy.kind, IamGroup.kind, IamUser.kind, IamRole.kind)
    permissions = (
        read(
            "iam:GetAccountAuthorizationDetails", "Pull users, groups, roles and policies into the mirror.", MaxItems=1
        ),
        read("iam:GetAccountSummary", "Know how much there is to pull, and show its progress."),
    )

    reads_ahead = True

    PARTS = (("Group", "LocalManagedPolicy", "AWSManagedPolicy"), ("User", "Role"))  # of Filter
    COUNTED = ("Users", "Groups", "Roles", "Policies")

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        begin, within = _part_of(marker)
        for part, filters in list(enumerate(self.PARTS))[begin:]:
            asked: dict[str, Any] = {"MaxItems": settings.PULL_PAGE_ITEMS, "Filter": list(filters)}
            for page in client.pages("iam", "GetAccountAuthorizationDetails", marker=within, **asked):
                items = {
                    ManagedPolicy.kind: [item for item in page.items.get("Policies", ()) if is_mirrored(item)],
                    IamGroup.kind: page.items.get("GroupDetailList", []),
                    IamUser.kind: page.items.get("UserDetailList", []),
                    IamRole.kind: page.items.get("RoleDetailList", []),
                }
                yield SourcePage(items, self._after(part, page.marker), page.requested_at)
            within = None

    def _after(self, part: int, marker: str | None) -> str | None:
        if marker is not None:
            return f"{part}:{marker}"
        return f"{part + 1}:" if part + 1 < len(self.PARTS) else None

    def expected(self, client: Reader, place: AccountRegion) -> int | None:
        counts: dict[str, int] = client.call("iam", "GetAccountSummary").get("SummaryMap") or {}
        return sum(counts.get(name, 0) for name in self.COUNTED)


def _part_of(marker: str | None) -> tuple[int, str | None]:
    """The number of the part, and AWS's marker in it. Raises InvalidRequestError for a marker of a listing without
    parts."""
    part, colon, within = (marker or "0:").partition(":")
    if not (colon and part.isdecimal()):
        raise InvalidRequestError(
            "It goes on in a listing of another kind.", operation="iam:GetAccountAuthorizationDetails"
        )
    return int(part), within or None


class PrincipalMirror(Mirror):
    """What users, groups and roles have in common."""

    model: ClassVar[type[Principal]]
    noun: ClassVar[str]  # AWS's: User, Group, Role
    can_be_renamed: ClassVar[bool] = True
    parts = PARTS

    @property
    def owner(self) -> str:
        """The field by which what depends on it refers to it."""
        return self.noun.lower()

    def object_id(self, item: Item) -> str:
        return str(item[f"{self.noun}Id"])

    @staticmethod
    def members_of(noun: str, *more: str) -> frozenset[str]:
        """What an item may have, in the listing or read alone."""
        own = (f"{noun}Id", f"{noun}Name", f"{noun}PolicyList")
        return frozenset((*own, "Arn", "Path", "CreateDate", "AttachedManagedPolicies", *more))

    def see(self, item: Item) -> ParsedItem:
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
        return ParsedItem(self.object_id(item), name, arn, content, self.volatile(item), texts)

    def more(self, item: Item, texts: dict[str, str]) -> Content:
        """The content that only this kind has."""
        return {}

    def volatile(self, item: Item) -> dict[str, Any]:
        return {"created_at": moment(item.get("CreateDate"))}

    def columns(self, seen: ParsedItem, held: Mapping[str, int]) -> dict[str, Any]:
        """The columns that only this kind has."""
        return {}

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        held = documents.keep({text_hash: text for seen in batch for text_hash, text in seen.texts.items()})
        owners = write(self.model, [self._columns(place, seen, held, at) for seen in batch])
        contents = {seen.object_id: seen.content for seen in batch}
        edges.save_inline(place, self.owner, owners, contents, held, at)

    def _columns(self, place: AccountRegion, seen: ParsedItem, held: Mapping[str, int], at: datetime) -> Columns:
        own = {"path": seen.content["path"], **_counts(seen.content), **seen.volatile, **self.columns(seen, held)}
        return columns(place, at, aws_id=seen.object_id, name=seen.name, arn=seen.arn, **own)

    def tie(self, place: AccountRegion, contents: Mapping[str, Content], at: datetime, *, final: bool) -> set[str]:
        owners = edges.owners_of(place, self.model, contents)
        edges.tie_attachments(place, self.owner, owners, contents, at)
        return set()

    def complete(self, place: AccountRegion, most: int) -> int:
        return edges.find_policies(place, self.owner, most)

    def loose(self, place: AccountRegion) -> set[str]:
        return edges.loose_attachments(place, self.owner)

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        rows = place.of(self.model.objects.filter(aws_id__in=object_ids))
        edges.remove_all(self.owner, rows, at)
        rows.live().update(gone_at=at)

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        return reads.read(client, self.noun, ref)

    def renamed(self, client: Reader, lost: Sequence[ObjectRef]) -> list[ObjectRef]:
        return reads.renamed(client, self.noun, lost) if self.can_be_renamed else []

    def texts(self, hashes: Collection[str]) -> dict[str, str]:
        return documents.texts_of(hashes)

    def named(self, aws_account: AwsAccount, texts: Collection[str]) -> Named:
        return words_by_id(aws_account, {aws_id for text in texts for aws_id in unique_ids(principals_of(text))})

    def worded(self, aws_account: AwsAccount, difference: ContentDifference, old: str, new: str, named: Named) -> str:
        return trust_words(aws_account, old, new, named) if difference.part == "trust" else difference.words


class IamUserMirror(PrincipalMirror):
    kind = IamUser.kind
    permissions = (
        *reread("iam:GetUser", _USER_AGAIN, UserName=NOBODY),
        *reread("iam:GetUserPolicy", _USER_AGAIN, UserName=NOBODY, PolicyName=NOBODY),
        *reread("iam:ListAttachedUserPolicies", _USER_AGAIN, UserName=NOBODY),
        *reread("iam:ListUserPolicies", _USER_AGAIN, UserName=NOBODY),
        *reread("iam:ListGroupsForUser", _USER_AGAIN, UserName=NOBODY),
        read("iam:ListUsers", "Tell what was renamed from what was deleted.", MaxItems=1),
    )
    model = IamUser
    noun = "User"
    page = "user"
    known = PrincipalMirror.members_of(noun, "GroupList", "PermissionsBoundary", "Tags", "PasswordLastUsed")

    def more(self, item: Item, texts: dict[str, str]) -> Content:
        return _bounded_and_tagged(item) | {"groups": sorted(item.get("GroupList") or ())}

    def columns(self, seen: ParsedItem, held: Mapping[str, int]) -> dict[str, Any]:
        content = seen.content
        return {
            "boundary_arn": content["boundary"],
            "tags": content["tags"],
            "group_count": len(content["groups"]),
        }

    def tie(self, place: AccountRegion, contents: Mapping[str, Content], at: datetime, *, final: bool) -> set[str]:
        owners = edges.owners_of(place, self.model, contents)
        edges.tie_attachments(place, self.owner, owners, contents, at)
        return edges.tie_memberships(place, owners, contents, at, final=final)

    def loose(self, place: AccountRegion) -> set[str]:
        return super().loose(place) | edges.loose_memberships(place)


class IamGroupMirror(PrincipalMirror):
    kind = IamGroup.kind
    permissions = (
        *reread("iam:GetGroup", _GROUP_AGAIN, GroupName=NOBODY),
        *reread("iam:GetGroupPolicy", _GROUP_AGAIN, GroupName=NOBODY, PolicyName=NOBODY),
        *reread("iam:ListAttachedGroupPolicies", _GROUP_AGAIN, GroupName=NOBODY),
        *reread("iam:ListGroupPolicies", _GROUP_AGAIN, GroupName=NOBODY),
        read("iam:ListGroups", "Tell what was renamed from what was deleted.", MaxItems=1),
    )
    model = IamGroup
    noun = "Group"
    page = "group"
    known = PrincipalMirror.members_of(noun)

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        edges.loosen_members(place, object_ids)
        super().remove(place, object_ids, at)


class IamRoleMirror(PrincipalMirror):
    kind = IamRole.kind
    permissions = (
        *reread("iam:GetRole", _ROLE_AGAIN, RoleName=NOBODY),
        *reread("iam:GetRolePolicy", _ROLE_AGAIN, RoleName=NOBODY, PolicyName=NOBODY),
        *reread("iam:ListAttachedRolePolicies", _ROLE_AGAIN, RoleName=NOBODY),
        *reread("iam:ListRolePolicies", _ROLE_AGAIN, RoleName=NOBODY),
    )
    model = IamRole
    noun = "Role"
    can_be_renamed = False
    page = "role"
    known = PrincipalMirror.members_of(
        noun,
        "AssumeRolePolicyDocument",
        "PermissionsBoundary",
        "Tags",
        "RoleLastUsed",
        "InstanceProfileList",
        "Description",
        "MaxSessionDuration",
    )

    def more(self, item: Item, texts: dict[str, str]) -> Content:
        return _bounded_and_tagged(item) | {"trust": documents.refer(item["AssumeRolePolicyDocument"], texts)}

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        found = reads.found_role(client, ref)
        return super().read_one(client, found) if found else None

    def volatile(self, item: Item) -> dict[str, Any]:
        used = item.get("RoleLastUsed") or {}
        return super().volatile(item) | {
            "last_used_at": moment(used.get("LastUsedDate")),
            "last_used_region": used.get("Region") or "",
        }

    def columns(self, seen: ParsedItem, held: Mapping[str, int]) -> dict[str, Any]:
        trust = seen.content["trust"]["text"]
        return {
            "boundary_arn": seen.content["boundary"],
            "tags": seen.content["tags"],
            "trust_id": held[trust],
            "trusted": [{"type": kind, "value": value} for kind, value in _trusted(seen.texts[trust])],
        }

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        super().save(place, batch, at)
        keep_trusted(place.of(IamRole.objects.filter(aws_id__in=[seen.object_id for seen in batch])))

    def is_by_aws(self, content: Content, arn: str = "") -> bool:
        return str(content.get("path", "")).startswith(IamRole.SERVICE_LINKED)

    def is_rewritten(self, before: Content, after: Content) -> bool:
        if before | {"trust": None} != after | {"trust": None}:
            return False
        hashes = [content["trust"]["text"] for content in (before, after)]
        texts = documents.texts_of(hashes)
        return all(each in texts for each in hashes) and is_rewritten(*(texts[each] for each in hashes))


@lru_cache(maxsize=256)
def _trusted(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((kind, storable(value)) for kind, value in allowed_principals(document_in(text)))


def _counts(content: Content) -> dict[str, int]:
    attached, inline = len(content["attached"]), len(content["inline"])
    return {"attached_count": attached, "inline_count": inline, "policy_count": attached + inline}


def _bounded_and_tagged(item: Item) -> Content:
    return {
        "boundary": (item.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn") or "",
        "tags": {tag["Key"]: tag["Value"] for tag in item.get("Tags") or ()},
    }
