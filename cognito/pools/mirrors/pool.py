"""User pools in the mirror: what DescribeUserPool tells, and MFA, risk and domains, each a facet of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import AwsAccount, Operator
from cognito.models import UserPool
from cognito.permissions import IDP, NOBODYS_POOL, PULL_POOLS
from cognito.pools.settings import POOL, logs, sign_in, threats
from cognito.setting import history_of, members_of
from cognito.setting_values import canonical
from cognito.settings_mirror import FacetMirror, SettingsMirror, names_seen
from sync.aws.errors import NotFound
from sync.aws.permission import NOBODY, Permission, reread
from sync.mirror import Content, Item, Named, ParsedItem, Reader
from sync.object_ref import ObjectRef


class PoolMirror(SettingsMirror):
    kind = UserPool.kind
    permissions = reread("cognito-idp:DescribeUserPool", PULL_POOLS, UserPoolId=NOBODYS_POOL)
    model = UserPool
    settings = members_of(POOL)
    parts = history_of(POOL)
    known = frozenset(settings) | {
        "Id",
        "Arn",
        "Status",
        "CreationDate",
        "LastModifiedDate",
        "EstimatedNumberOfUsers",
        "SmsConfigurationFailure",
        "EmailConfigurationFailure",
    }

    def object_id(self, item: Item) -> str:
        return str(item["Id"])

    def name(self, item: Item) -> str:
        return str(item["Name"])

    def arn(self, item: Item) -> str:
        return str(item["Arn"])

    def names_of(self, operator: Operator, aws_account: AwsAccount, ids: Sequence[str]) -> Named:
        return names_seen(UserPool, "aws_id", operator, aws_account, [each for each in ids if "_" in each])

    def volatile(self, item: Item) -> dict[str, Any]:
        failures = {"sms": item.get("SmsConfigurationFailure"), "email": item.get("EmailConfigurationFailure")}
        return super().volatile(item) | {
            "estimated_users": item.get("EstimatedNumberOfUsers"),
            "failures": {what: why for what, why in failures.items() if why},
        }

    def columns(self, content: Content) -> Mapping[str, Any]:
        making = content.get("AdminCreateUserConfig", {})
        return {
            "tier": content.get("UserPoolTier", ""),
            "mfa": content.get("MfaConfiguration", "OFF"),
            "self_signup": not making.get("AllowAdminCreateUserOnly", False),
            "deletion_protection": content.get("DeletionProtection") == "ACTIVE",
            "username_attributes": content.get("UsernameAttributes", []),
            "alias_attributes": content.get("AliasAttributes", []),
            "domain": content.get("Domain", ""),
            "custom_domain": content.get("CustomDomain", ""),
            "tags": content.get("UserPoolTags", {}),
        }

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        pool_id = ref.object_id or _newest_of(client, ref.name)
        return described(client, pool_id) if pool_id else None


def _newest_of(client: Reader, name: str) -> str:
    """The id of the pool of that name which was made last; "" for none. Names are not unique."""
    pages = client.pages(IDP, "ListUserPools", MaxResults=60)
    named = [each for page in pages for each in page.items["UserPools"] if each["Name"] == name]
    return str(max(named, key=lambda each: each["CreationDate"])["Id"]) if named else ""


def described(client: Reader, pool_id: str) -> Item | None:
    """What DescribeUserPool says; None where there is no such pool. Raises AwsError."""
    try:
        pool: Item = client.call(IDP, "DescribeUserPool", UserPoolId=pool_id)["UserPool"]
    except NotFound:
        return None
    return pool


class CallFacet(FacetMirror):
    """What another call tells of a pool, or of an app client."""

    column: str
    operation: str
    member: str = ""  # of the answer, which has it all; "": the answer itself

    @property
    def permissions(self) -> Sequence[Permission]:
        return reread(f"{IDP}:{self.operation}", PULL_POOLS, UserPoolId=NOBODYS_POOL)

    def columns(self, seen: ParsedItem) -> Mapping[str, Any]:
        return {self.column: seen.content}

    def item_of(self, answer: Item) -> Item:
        """What the answer says of this one."""
        return dict(answer[self.member] if self.member else answer)

    def ask(self, client: Reader, **which: str) -> Item | None:
        try:
            return self.item_of(client.call(IDP, self.operation, **which)) | which
        except NotFound:
            return None


class PoolFacet(CallFacet):
    kind = UserPool.kind
    model = UserPool
    id_member = "UserPoolId"

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        pool_id = ref.object_id or _newest_of(client, ref.name)
        return self.ask(client, UserPoolId=pool_id) if pool_id else None


class MfaConfigMirror(PoolFacet):
    """DescribeUserPool says only whether there is MFA; this says by what."""

    source = "mfa"
    title = "Multi-factor authentication"
    settings = members_of(sign_in.MFA)
    parts = history_of(sign_in.MFA)
    column = "mfa_config"
    operation = "GetUserPoolMfaConfig"
    known = frozenset(settings) | {"UserPoolId"}


class RiskConfigurationMirror(PoolFacet):
    """Threat protection. Where the pool's plan has none, AWS refuses to tell: not read."""

    source = "risk"
    title = "Threat protection"
    settings = members_of(threats.RISK)
    parts = history_of(threats.RISK)
    column = "risk"
    operation = "DescribeRiskConfiguration"
    member = "RiskConfiguration"
    known = frozenset(settings) | {"UserPoolId", "ClientId", "LastModifiedDate"}


class SessionTrackingMirror(PoolFacet):
    """Whether sessions are tracked. Calls of 2026: a role, a Region or a partition may be without."""

    source = "sessions"
    title = "Sessions"
    settings = members_of(threats.SESSIONS)
    parts = history_of(threats.SESSIONS)
    column = "sessions"
    operation = "GetUserPoolSessionConfiguration"
    known = frozenset(settings) | {"UserPoolId"}


class LogDeliveryMirror(PoolFacet):
    """Where the pool's logs go: AWS has a list, the mirror has it by what is logged."""

    source = "logs"
    title = "Log delivery"
    settings = members_of(logs.LOG_DELIVERY)
    parts = history_of(logs.LOG_DELIVERY)
    column = "logs"
    operation = "GetLogDeliveryConfiguration"
    member = "LogDeliveryConfiguration"
    known = frozenset({"UserPoolId", "LogConfigurations"})

    def content(self, item: Item) -> Content:
        return {each["EventSource"]: canonical(each, logs.LOG_MEMBERS) for each in item.get("LogConfigurations") or ()}


class PoolDomainsMirror(PoolFacet):
    """Where people sign in. What AWS changes of a domain by itself (its version, its distribution) is left out."""

    source = "domain"
    title = "Domains"
    column = "domains"
    permissions = reread("cognito-idp:DescribeUserPoolDomain", PULL_POOLS, Domain=NOBODY)
    known = frozenset({"UserPoolId", "Domains"})
    members = ("Status", "CustomDomainConfig", "ManagedLoginVersion", "Routing")

    def content(self, item: Item) -> Content:
        return {each["Domain"]: canonical(each, self.members) for each in item["Domains"]}

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        pool_id = ref.object_id or _newest_of(client, ref.name)
        pool = described(client, pool_id) if pool_id else None
        if pool is None:
            return None
        names = [name for name in (pool.get("Domain"), pool.get("CustomDomain")) if name]
        asked = (client.call(IDP, "DescribeUserPoolDomain", Domain=name)["DomainDescription"] for name in names)
        # AWS gives an empty answer for a domain that it doesn't know.
        return {"UserPoolId": pool_id, "Domains": [each for each in asked if each.get("Domain")]}


POOL_MIRRORS = (
    PoolMirror(),
    MfaConfigMirror(),
    RiskConfigurationMirror(),
    SessionTrackingMirror(),
    PoolDomainsMirror(),
    LogDeliveryMirror(),
)
