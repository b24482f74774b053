"""The kinds that IAM lists in bulk, or that come with tags of their own: instance profiles, server certificates, roles.

What their listings leave out is a facet of its own, read one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from identities.account import certificates, parts
from identities.models import IamRole, InstanceProfile, ServerCertificate
from identities.reads import found_role
from sync.aws.errors import NotFound
from sync.aws.permission import NOBODY, reread
from sync.mirror import AccountRegion, Content, Item, Mirror, ParsedItem, Reader
from sync.mirror.base import ColumnsMirror
from sync.mirror.hashing import moment
from sync.mirror.rows import row_of, upsert
from sync.models import MirroredRow
from sync.object_ref import ObjectRef


class NamedMirror(Mirror):
    """The details of a kind of objects with AWS's own id, which calls take by name. What differs is data."""

    noun: ClassVar[str]  # AWS's: InstanceProfile
    metadata: ClassVar[str] = ""  # the member of a single answer that has what the listing has; "": all of it

    def object_id(self, item: Item) -> str:
        return str(item[f"{self.noun}Id"])

    def see(self, item: Item) -> ParsedItem:
        name, arn = item[f"{self.noun}Name"], item["Arn"]
        content = {"name": name, "arn": arn, "path": item["Path"], **self.more(item)}
        return ParsedItem(self.object_id(item), name, arn, content, self.volatile(item))

    def more(self, item: Item) -> Content:
        """The content that only this kind has."""
        return {}

    def volatile(self, item: Item) -> Mapping[str, Any]:
        return {"created_at": moment(item.get("CreateDate"))}

    def columns(self, seen: ParsedItem) -> Mapping[str, Any]:
        """The columns that only this kind has."""
        return {}

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        upsert(self.model, [self._row(place, seen, at) for seen in batch])

    def _row(self, place: AccountRegion, seen: ParsedItem, at: datetime) -> MirroredRow:
        row = row_of(self.model, place, seen, at)
        for column, value in {"path": seen.content["path"], **seen.volatile, **self.columns(seen)}.items():
            setattr(row, column, value)
        return row

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        place.of(self.model.objects.filter(aws_id__in=object_ids)).live().update(gone_at=at)

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        item = read_named(client, self.noun, ref)
        if item is None:
            return None
        return trimmed(item[self.metadata] if self.metadata else {k: v for k, v in item.items() if k != "Tags"})


def read_named(client: Reader, noun: str, ref: ObjectRef) -> Item | None:
    """The answer about one object; None when there is none, or another one by the same name."""
    try:
        item: Item = client.call("iam", f"Get{noun}", **{f"{noun}Name": ref.name})[noun]
    except NotFound:
        return None
    found = item.get(f"{noun}Metadata", item)[f"{noun}Id"]
    return None if ref.object_id and found != ref.object_id else item


def trimmed(item: Item) -> Item:
    """Of the roles in it, who they are: all else of them is theirs, and changes without it."""
    if "Roles" not in item:
        return item
    roles = [{key: role[key] for key in ("RoleId", "RoleName", "Arn")} for role in item["Roles"]]
    return {**item, "Roles": roles}


class InstanceProfileMirror(NamedMirror):
    kind = InstanceProfile.kind
    model = InstanceProfile
    noun = "InstanceProfile"
    page = "instance_profile"
    parts = parts.INSTANCE_PROFILE
    known = frozenset({"InstanceProfileId", "InstanceProfileName", "Arn", "Path", "CreateDate", "Roles", "Tags"})

    def more(self, item: Item) -> Content:
        role = next(iter(item.get("Roles") or ()), None)  # AWS allows one
        return {"role": role["RoleName"] if role else "", "role_id": role["RoleId"] if role else ""}

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        roles = _roles(place, {seen.object_id: seen.content for seen in batch})
        rows = [self._row(place, seen, at) for seen in batch]
        for row, seen in zip(rows, batch, strict=True):
            row.role_id = roles.get(_role_id(seen.content))  # type: ignore[attr-defined]
        upsert(InstanceProfile, rows)

    def tie(self, place: AccountRegion, contents: Mapping[str, Content], at: datetime, *, final: bool) -> set[str]:
        roles = _roles(place, contents)
        rows = list(place.of(InstanceProfile.objects.filter(aws_id__in=contents)))
        moved = [row for row in rows if row.role_id != roles.get(_role_id(contents[row.aws_id]))]
        for row in moved:
            row.role_id = roles.get(_role_id(contents[row.aws_id]))
        InstanceProfile.objects.bulk_update(moved, ["role"])
        return {aws_id for aws_id, content in contents.items() if _role_id(content) not in {"", *roles}}


def _role_id(content: Content) -> str:
    return str(content["role_id"])


def _roles(place: AccountRegion, contents: Mapping[str, Content]) -> dict[str, int]:
    """The mirrored roles that the contents name: primary key by unique id."""
    named = {_role_id(content) for content in contents.values()}
    return dict(place.of(IamRole.objects.filter(aws_id__in=named)).values_list("aws_id", "pk"))


class ServerCertificateMirror(NamedMirror):
    kind = ServerCertificate.kind
    model = ServerCertificate
    noun = "ServerCertificate"
    page = "server_certificate"
    parts = parts.CERTIFICATE
    metadata = "ServerCertificateMetadata"
    known = frozenset(
        {"ServerCertificateId", "ServerCertificateName", "Arn", "Path", "UploadDate", "Expiration"},
    )

    def more(self, item: Item) -> Content:
        expires = moment(item.get("Expiration"))
        return {"expires_at": expires.isoformat() if expires else None}

    def volatile(self, item: Item) -> Mapping[str, Any]:
        return {"created_at": moment(item.get("UploadDate"))}

    def columns(self, seen: ParsedItem) -> Mapping[str, Any]:
        return {"expires_at": moment(seen.content["expires_at"])}

    def renamed(self, client: Reader, lost: Sequence[ObjectRef]) -> list[ObjectRef]:
        by_id = {ref.object_id: ref for ref in lost}
        pages = client.pages("iam", "ListServerCertificates")
        listed = [item for page in pages for item in page.items["ServerCertificateMetadataList"]]
        return [
            replace(by_id[item["ServerCertificateId"]], name=item["ServerCertificateName"], arn=item["Arn"])
            for item in listed
            if item["ServerCertificateId"] in by_id
        ]


# ---- What the listings leave out -----------------------------------------------------------------------------
class NamedFacet(ColumnsMirror):
    """A facet of such a kind that comes from the answer about one object."""

    noun: ClassVar[str]

    def object_id(self, item: Item) -> str:
        return str(item.get(f"{self.noun}Metadata", item)[f"{self.noun}Id"])

    def see(self, item: Item) -> ParsedItem:
        who = item.get(f"{self.noun}Metadata", item)
        return ParsedItem(self.object_id(item), who[f"{self.noun}Name"], who["Arn"], self.content(item))

    def content(self, item: Item) -> Content:
        return {"tags": tags_of(item)}

    def columns(self, seen: ParsedItem) -> Mapping[str, Any]:
        return seen.content

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        item = read_named(client, self.noun, ref)
        return trimmed(item) if item else None


class InstanceProfileTags(NamedFacet):
    kind = InstanceProfile.kind
    source = "tags"
    permissions = reread("iam:GetInstanceProfile", "Show the tags of instance profiles.", InstanceProfileName=NOBODY)
    title = "Tags"
    model = InstanceProfile
    noun = "InstanceProfile"
    parts = parts.TAGS
    known = InstanceProfileMirror.known


class ServerCertificateBody(NamedFacet):
    kind = ServerCertificate.kind
    source = "certificate"
    permissions = reread(
        "iam:GetServerCertificate",
        "Show the names, issuers and tags of server certificates.",
        ServerCertificateName=NOBODY,
    )
    title = "Certificate and tags"
    model = ServerCertificate
    noun = "ServerCertificate"
    parts = parts.CERTIFICATE_BODY
    known = frozenset({"ServerCertificateMetadata", "CertificateBody", "CertificateChain", "Tags"})

    def content(self, item: Item) -> Content:
        found = certificates.read_pem(item["CertificateBody"])
        facts = {"domains": list(found.domains), "issuer": found.issuer} if found else {"domains": [], "issuer": ""}
        return facts | super().content(item)


class RoleSettings(ColumnsMirror):
    """Of a role what GetAccountAuthorizationDetails leaves out; ListRoles has it."""

    kind = IamRole.kind
    source = "settings"
    title = "Description and session length"
    model = IamRole
    parts = parts.ROLE_SETTINGS
    known = frozenset(
        {
            "RoleId",
            "RoleName",
            "Arn",
            "Path",
            "CreateDate",
            "AssumeRolePolicyDocument",
            "Description",
            "MaxSessionDuration",
            "PermissionsBoundary",
            "Tags",
            "RoleLastUsed",
        }
    )

    def object_id(self, item: Item) -> str:
        return str(item["RoleId"])

    def see(self, item: Item) -> ParsedItem:
        content = {"description": item.get("Description") or "", "max_session_s": item.get("MaxSessionDuration")}
        return ParsedItem(self.object_id(item), item["RoleName"], item["Arn"], content)

    def columns(self, seen: ParsedItem) -> Mapping[str, Any]:
        return seen.content

    def is_by_aws(self, content: Content, arn: str = "") -> bool:
        """AWS's services word the descriptions of their roles anew."""
        return f":role{IamRole.SERVICE_LINKED}" in arn

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        found = found_role(client, ref)
        return read_named(client, "Role", found) if found else None


def tags_of(item: Item) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in item.get("Tags") or ()}
