"""OIDC and SAML providers in the mirror. IAM lists ARNs only, so each is read by itself: there are 100 at most."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from identities.account import certificates, parts
from identities.account.mirrors import tags_of
from identities.models import OidcProvider, SamlProvider
from identities.models.account import LONGEST_KEPT_METADATA
from objects.permissions import iam_nobody
from sync.aws.errors import NotFound
from sync.aws.permission import reread
from sync.mirror import AccountRegion, Content, Item, Mirror, ParsedItem, Reader
from sync.mirror.hashing import moment
from sync.mirror.rows import row_of, upsert
from sync.models import MirroredRow
from sync.object_ref import ObjectRef


class IamProviderMirror(Mirror):
    """What both have in common. An item is the answer about one, with its ARN."""

    noun: ClassVar[str]  # as calls name it: OpenIDConnectProvider

    def name(self, item: Item) -> str:
        """`arn:aws:iam::123456789012:saml-provider/okta` is `okta`."""
        return str(item["Arn"]).partition("/")[2]

    def born(self, item: Item) -> str:
        """Its name and when it was made: made anew under its old name, it is another one."""
        created = moment(item.get("CreateDate"))
        return f"{self.name(item).replace('/', ':')}:{created:%Y%m%d%H%M%S}" if created else self.name(item)

    def object_id(self, item: Item) -> str:
        return self.born(item)

    def see(self, item: Item) -> ParsedItem:
        name, arn = self.name(item), item["Arn"]
        content = {"name": name, "arn": arn, "tags": tags_of(item), **self.more(item)}
        return ParsedItem(self.object_id(item), name, arn, content, {"created_at": moment(item.get("CreateDate"))})

    def more(self, item: Item) -> Content:
        raise NotImplementedError

    def columns(self, content: Content) -> Mapping[str, Any]:
        raise NotImplementedError

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        upsert(self.model, [self._row(place, seen, at) for seen in batch])

    def _row(self, place: AccountRegion, seen: ParsedItem, at: datetime) -> MirroredRow:
        row = row_of(self.model, place, seen, at)
        for column, value in {"tags": seen.content["tags"], **seen.volatile, **self.columns(seen.content)}.items():
            setattr(row, column, value)
        return row

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        place.of(self.model.objects.filter(aws_id__in=object_ids)).live().update(gone_at=at)

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        try:
            item = {**client.call("iam", f"Get{self.noun}", **{f"{self.noun}Arn": ref.arn}), "Arn": ref.arn}
        except NotFound:
            return None
        return None if ref.object_id and self.object_id(item) != ref.object_id else item


class OidcMirror(IamProviderMirror):
    kind = OidcProvider.kind
    permissions = reread(
        "iam:GetOpenIDConnectProvider",
        "Show what each OIDC provider takes.",
        OpenIDConnectProviderArn=iam_nobody("oidc-provider"),
    )
    model = OidcProvider
    noun = "OpenIDConnectProvider"
    page = "oidc_provider"
    parts = parts.OIDC
    known = frozenset({"Arn", "Url", "ClientIDList", "ThumbprintList", "CreateDate", "Tags"})

    def more(self, item: Item) -> Content:
        """AWS gives both lists in no order."""
        return {
            "client_ids": sorted(item.get("ClientIDList") or ()),
            "thumbprints": sorted(item.get("ThumbprintList") or ()),
        }

    def columns(self, content: Content) -> Mapping[str, Any]:
        return {column: content[column] for column in ("client_ids", "thumbprints")}


class SamlMirror(IamProviderMirror):
    kind = SamlProvider.kind
    permissions = reread(
        "iam:GetSAMLProvider",
        "Show until when each SAML provider's certificate is valid.",
        SAMLProviderArn=iam_nobody("saml-provider"),
    )
    model = SamlProvider
    noun = "SAMLProvider"
    page = "saml_provider"
    parts = parts.SAML
    known = frozenset(
        {
            "Arn",
            "SAMLProviderUUID",
            "Metadata",
            "MetadataHash",
            "EntityId",
            "Certificates",
            "CreateDate",
            "ValidUntil",
            "Tags",
            "AssertionEncryptionMode",
            "PrivateKeyList",
        }
    )

    def object_id(self, item: Item) -> str:
        return str(item.get("SAMLProviderUUID") or self.born(item))

    def see(self, item: Item) -> ParsedItem:
        seen = super().see(item)
        return replace(seen, volatile={**seen.volatile, "metadata": item.get("Metadata", "")})

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        item = super().read_one(client, ref)
        return _condensed(item) if item else None

    def more(self, item: Item) -> Content:
        until = moment(item.get("ValidUntil"))
        keys = [key["KeyId"] for key in item.get("PrivateKeyList") or ()]
        return {
            "metadata": item["MetadataHash"],
            "entity_id": item["EntityId"],
            "certificates": item["Certificates"],
            "valid_until": until.isoformat() if until else None,
            "assertion_encryption": item.get("AssertionEncryptionMode") or "",
            "private_keys": sorted(keys),
        }

    def columns(self, content: Content) -> Mapping[str, Any]:
        ends = [moment(certificate["expires_at"]) for certificate in content["certificates"]]
        return {
            "metadata_hash": content["metadata"],
            "entity_id": content["entity_id"][:1024],
            "certificates": content["certificates"],
            "certificate_expires_at": max((end for end in ends if end), default=None),
            "valid_until": moment(content["valid_until"]),
        }


def _condensed(item: Item) -> Item:
    """The metadata document (up to 10 MB) gives way to what it says, and is kept where it isn't too long."""
    document = item.pop("SAMLMetadataDocument", "")
    said = certificates.read_metadata(document)
    return item | {
        "Metadata": document if len(document) <= LONGEST_KEPT_METADATA else "",
        "MetadataHash": hashlib.sha256(document.encode()).hexdigest(),
        "EntityId": said.entity_id,
        "Certificates": [
            {"subject": found.subject, "expires_at": found.expires_at.isoformat(), "sha256": found.sha256}
            for found in said.certificates
        ],
    }
