"""What belongs to a user pool: app clients, groups, identity providers, resource servers. No secret gets past here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote

from accounts.models import AwsAccount, Operator
from cognito.models import AppClient, CognitoGroup, PoolProvider, ResourceServer
from cognito.permissions import IDP, NOBODYS_POOL, PULL_POOLS, pool_id_of
from cognito.pools.mirrors.pool import CallFacet, RiskConfigurationMirror
from cognito.pools.settings import belonging, client, threats
from cognito.setting import history_of, members_of
from cognito.setting_values import canonical, without_secrets
from cognito.settings_mirror import OfPoolMirror, names_seen
from sync.aws.errors import NotFound
from sync.aws.permission import Permission, reread
from sync.aws.secrets import Secret
from sync.mirror import Content, Item, Named, Reader
from sync.mirror.hashing import moment
from sync.object_ref import ObjectRef

_LONGEST_NAME = 250  # of a name in an id
_POOL = ("UserPoolId", "UserPoolArn")
_DATES = ("CreationDate", "LastModifiedDate")


class PoolObjectMirror(OfPoolMirror):
    """Of each one AWS can be asked alone."""

    operation: ClassVar[str]  # that tells of one
    member: ClassVar[str]  # of its answer
    asked_by: ClassVar[str]  # its parameter, and the member by which listings name it

    @property
    def permissions(self) -> Sequence[Permission]:
        return reread(f"{IDP}:{self.operation}", PULL_POOLS, UserPoolId=NOBODYS_POOL, **{self.asked_by: "nobody"})

    def called(self, ref: ObjectRef) -> str:
        return ref.name

    def trimmed(self, item: Item) -> Item:
        """As it may be kept, and hashed."""
        return item

    def name(self, item: Item) -> str:
        return str(item[self.asked_by])

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        pool_id = pool_id_of(ref.arn)
        try:
            answer = client.call(IDP, self.operation, UserPoolId=pool_id, **{self.asked_by: self.called(ref)})
        except NotFound:
            return None
        item = self.trimmed(answer[self.member]) | {"UserPoolId": pool_id, "UserPoolArn": ref.arn}
        return None if ref.object_id and self.object_id(item) != ref.object_id else item


class BornObjectMirror(PoolObjectMirror):
    """What has no id: the pool, the name and the moment of birth tell it from another one by its name."""

    def object_id(self, item: Item) -> str:
        created = moment(item.get("CreationDate"))
        born = f":{created:%Y%m%d%H%M%S}" if created else ""
        return f"{item['UserPoolId']}:{_in_id(self.name(item))}{born}"


def _in_id(name: str) -> str:
    """As it may stand in an address, and in the column; no two names give the same."""
    found = quote(name, safe="")
    return found if len(found) <= _LONGEST_NAME else hashlib.sha256(name.encode()).hexdigest()


class ClientMirror(PoolObjectMirror):
    kind = AppClient.kind
    model = AppClient
    settings = members_of(client.CLIENT)
    parts = history_of(client.CLIENT)
    operation, member, asked_by = "DescribeUserPoolClient", "UserPoolClient", "ClientId"
    known = frozenset((*settings, "ClientId", *_POOL, *_DATES))

    def object_id(self, item: Item) -> str:
        return str(item["ClientId"])

    def name(self, item: Item) -> str:
        return str(item["ClientName"])

    def called(self, ref: ObjectRef) -> str:
        return ref.object_id

    def names_of(self, operator: Operator, aws_account: AwsAccount, ids: Sequence[str]) -> Named:
        return names_seen(AppClient, "pool__aws_id", operator, aws_account, [each for each in ids if each.isalnum()])

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        """Without an id: the one of that name which was made last. Names are not unique."""
        if ref.object_id:
            return super().read_one(client, ref)
        pages = client.pages(IDP, "ListUserPoolClients", UserPoolId=pool_id_of(ref.arn), MaxResults=60)
        ids = [
            each["ClientId"]
            for page in pages
            for each in page.items["UserPoolClients"]
            if each["ClientName"] == ref.name
        ]
        read = super().read_one
        items = [item for each in ids if (item := read(client, replace(ref, object_id=each))) is not None]
        return max(items, key=lambda item: str(item["CreationDate"]), default=None)

    def trimmed(self, item: Item) -> Item:
        return without_secrets(item, "ClientSecret") | {"HasSecret": bool(item.get("ClientSecret"))}

    def columns(self, content: Content) -> Mapping[str, Any]:
        return {"has_secret": content.get("HasSecret", False)}


class CognitoGroupMirror(BornObjectMirror):
    kind = CognitoGroup.kind
    model = CognitoGroup
    settings = members_of(belonging.GROUP)
    parts = history_of(belonging.GROUP)
    operation, member, asked_by = "GetGroup", "Group", "GroupName"
    known = frozenset((*settings, "GroupName", *_POOL, *_DATES))

    def columns(self, content: Content) -> Mapping[str, Any]:
        return {
            "role_arn": content.get("RoleArn", ""),
            "precedence": content.get("Precedence"),
            "description": content.get("Description", ""),
        }


class PoolProviderMirror(BornObjectMirror):
    """Of a provider's details what a person set: the secrets are left out, and what AWS reads out of the metadata."""

    kind = PoolProvider.kind
    model = PoolProvider
    settings = members_of(belonging.PROVIDER)
    parts = history_of(belonging.PROVIDER)
    operation, member, asked_by = "DescribeIdentityProvider", "IdentityProvider", "ProviderName"
    known = frozenset((*settings, "ProviderName", *_POOL, *_DATES))
    secret = ("client_secret", "private_key")
    derived = frozenset({"ActiveEncryptionCertificate", "SLORedirectBindingURI", "SSORedirectBindingURI"})

    def trimmed(self, item: Item) -> Item:
        details: dict[str, Any] = item.get("ProviderDetails") or {}
        has_secret = any(name in self.secret or isinstance(value, Secret) for name, value in details.items())
        kept = without_secrets(details, *self.secret)
        if "MetadataFile" in kept:  # a document of up to 100,000 characters
            kept["MetadataFile"] = hashlib.sha256(str(kept["MetadataFile"]).encode()).hexdigest()
        return without_secrets(item) | {"ProviderDetails": kept, "HasSecret": has_secret}

    def content(self, item: Item) -> Content:
        described = super().content(item)
        details = {
            name: value for name, value in described.get("ProviderDetails", {}).items() if name not in self.derived
        }
        return described | {"ProviderDetails": details}

    def columns(self, content: Content) -> Mapping[str, Any]:
        return {"provider_type": content["ProviderType"], "has_secret": content.get("HasSecret", False)}


class ResourceServerMirror(BornObjectMirror):
    """AWS tells no dates of them: one that is made again under its identifier is the same to us."""

    kind = ResourceServer.kind
    model = ResourceServer
    settings = members_of(belonging.RESOURCE_SERVER)
    parts = history_of(belonging.RESOURCE_SERVER)
    operation, member, asked_by = "DescribeResourceServer", "ResourceServer", "Identifier"
    known = frozenset((*settings, "Identifier", *_POOL))

    def content(self, item: Item) -> Content:
        scopes = {scope["ScopeName"]: scope.get("ScopeDescription", "") for scope in item.get("Scopes") or ()}
        return canonical(item, ("Name", "ManagedBy")) | {"Scopes": scopes}

    def volatile(self, item: Item) -> dict[str, Any]:
        return {}

    def columns(self, content: Content) -> Mapping[str, Any]:
        return {"title": content.get("Name", ""), "managed_by": content.get("ManagedBy", "")}

    def is_by_aws(self, content: Content, arn: str = "") -> bool:
        return content.get("ManagedBy") == "COGNITO"


CLIENT, GROUP, PROVIDER, RESOURCE_SERVER = (
    ClientMirror(),
    CognitoGroupMirror(),
    PoolProviderMirror(),
    ResourceServerMirror(),
)
MIRRORS: tuple[PoolObjectMirror, ...] = (CLIENT, GROUP, PROVIDER, RESOURCE_SERVER)


# ---- What another call tells of an app client ----------------------------------------------------------------------
class ClientFacet(CallFacet):
    kind = AppClient.kind
    model = AppClient
    id_member = "ClientId"

    @property
    def permissions(self) -> Sequence[Permission]:
        return reread(f"{IDP}:{self.operation}", PULL_POOLS, UserPoolId=NOBODYS_POOL, ClientId="nobody")

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        return self.ask(client, UserPoolId=pool_id_of(ref.arn), ClientId=ref.object_id)


class ClientRiskConfigurationMirror(ClientFacet):
    """Threat protection that an app client has instead of its pool's; nothing where it follows the pool.

    API reference, RiskConfigurationType: where the answer names no app client, what it says is the pool's.
    """

    source = "risk"
    title = "Threat protection"
    parts = RiskConfigurationMirror.parts
    column = "risk"
    operation = RiskConfigurationMirror.operation
    settings = RiskConfigurationMirror.settings
    known = RiskConfigurationMirror.known

    def item_of(self, answer: Item) -> Item:
        held: Item = answer[RiskConfigurationMirror.member]
        return held if held.get("ClientId") else {}


class ClientSessionsMirror(ClientFacet):
    """How long the app client takes a session of another one for a sign-in."""

    source = "sessions"
    title = "Sessions"
    parts = history_of(threats.CLIENT_SESSIONS_MEMBERS)
    column = "sessions"
    operation = "GetUserPoolClientSessionConfiguration"
    settings = members_of(threats.CLIENT_SESSIONS_MEMBERS)
    known = frozenset(settings) | {"UserPoolId", "ClientId"}


CLIENT_RISK, CLIENT_SESSIONS = ClientRiskConfigurationMirror(), ClientSessionsMirror()
CLIENT_MIRRORS = (CLIENT_RISK, CLIENT_SESSIONS)
