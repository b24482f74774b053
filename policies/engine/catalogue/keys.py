"""Condition keys by their names, whatever service, provider or global table they are from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from policies.engine.catalogue.store import borrowed_prefixes, service
from policies.engine.catalogue.values import ConditionKey, KeyType

# ---- Keys that every service knows. None of them is in the tables of services --------------------------------
# IAM User Guide, "AWS global condition context keys": its table, and "Data type" and "Value type" of each key.
_GLOBAL_KEYS_PAGE = "AWS global condition context keys"

_SINGLE: Mapping[KeyType, tuple[str, ...]] = {
    KeyType.STRING: (
        # Properties of the principal
        "aws:PrincipalAccount",
        "aws:PrincipalOrgID",
        "aws:PrincipalTag/${TagKey}",
        "aws:PrincipalServiceName",
        "aws:PrincipalType",
        "aws:userid",
        "aws:username",
        # Properties of a role session
        "aws:FederatedProvider",
        "aws:Ec2InstanceSourceVpc",
        "aws:SourceIdentity",
        "ec2:RoleDelivery",
        "glue:RoleAssumedBy",
        "glue:CredentialIssuingService",
        "identitystore:UserId",
        # Properties of the network
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:VpceAccount",
        "aws:VpceOrgID",
        # Properties of the resource
        "aws:ResourceAccount",
        "aws:ResourceOrgID",
        "aws:ResourceTag/${TagKey}",
        # Properties of the request
        "aws:CalledViaFirst",
        "aws:CalledViaLast",
        "aws:CalledViaAWSMCP",
        "aws:referer",
        "aws:RequestedRegion",
        "aws:RequestTag/${TagKey}",
        "aws:SourceAccount",
        "aws:SourceOrgID",
        "aws:SourceOwner",  # of SNS alone, and deprecated: "aws:SourceAccount versus aws:SourceOwner" in its guide
        "aws:UserAgent",
    ),
    KeyType.ARN: (
        "aws:PrincipalArn",
        "aws:SignInSessionArn",
        "aws:ChatbotSourceArn",
        "ec2:SourceInstanceArn",
        "codebuild:BuildArn",
        "codebuild:ProjectArn",
        "lambda:SourceFunctionArn",
        "ssm:SourceInstanceArn",
        "aws:SourceVpcArn",
        "aws:SourceArn",
    ),
    KeyType.BOOL: (
        "aws:PrincipalIsAWSService",
        "aws:AssumedRoot",
        "aws:MultiFactorAuthPresent",
        "aws:ViaAWSService",
        "aws:ViaAWSMCPService",
        "aws:SecureTransport",
        "aws:IsMcpServiceAction",
    ),
    KeyType.DATE: ("aws:TokenIssueTime", "aws:CurrentTime", "aws:EpochTime"),
    KeyType.NUMERIC: ("aws:MultiFactorAuthAge",),
    KeyType.IP: ("aws:Ec2InstanceSourcePrivateIPv4", "aws:SourceIp", "aws:VpcSourceIp"),
}

_MULTIVALUED = (
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceNamesList",
    "aws:VpceOrgPaths",
    "aws:ResourceOrgPaths",
    "aws:CalledVia",
    "aws:TagKeys",
    "aws:SourceOrgPaths",
)

# "The use of wildcards in these condition keys does not have any valid use cases" (same page, "Sensitive keys").
SENSITIVE = frozenset(
    f"aws:{name}".lower()
    for name in (
        "PrincipalAccount",
        "PrincipalOrgID",
        "ResourceAccount",
        "ResourceOrgID",
        "SourceAccount",
        "SourceOrgID",
        "SourceVpc",
        "SourceVpce",
        "VpceAccount",
        "VpceOrgID",
    )
)

GLOBAL_KEYS: Mapping[str, ConditionKey] = {
    **{
        name.lower(): ConditionKey(name, kind, multivalued=False, source=_GLOBAL_KEYS_PAGE)
        for kind, names in _SINGLE.items()
        for name in names
    },
    **{
        name.lower(): ConditionKey(name, KeyType.STRING, multivalued=True, source=_GLOBAL_KEYS_PAGE)
        for name in _MULTIVALUED
    },
}


# ---- Of people and programs that come from an identity provider: what trust policies ask for -----------------
# IAM User Guide, "IAM and AWS STS condition context keys": "Available keys for AWS OIDC federation" and "Available keys
# for SAML-based AWS STS federation". Those of some well-known providers stand in the tables of STS, too; here is what
# these lack, or have otherwise.
_STS_KEYS_PAGE = "IAM and AWS STS condition context keys"

_STRINGS = (
    "accounts.google.com:aud",
    "accounts.google.com:oaud",
    "accounts.google.com:sub",
    "accounts.google.com:email",
    "cognito-identity.amazonaws.com:aud",
    "cognito-identity.amazonaws.com:sub",
    "graph.facebook.com:app_id",
    "graph.facebook.com:id",
    "www.amazon.com:app_id",
    "www.amazon.com:user_id",
    "token.actions.githubusercontent.com:aud",
    "token.actions.githubusercontent.com:sub",
    "saml:aud",
    "saml:iss",
    "saml:sub",
    "saml:sub_type",
    "saml:namequalifier",
    "saml:doc",
)
# By partition (policies/engine/identity_pools.py); other keys of these providers are like those of any other one.
_MULTIVALUED_STRINGS = (
    "cognito-identity.amazonaws.com:amr",
    "cognito-identity-us-gov.amazonaws.com:amr",
    "cognito-identity.amazonaws.com.cn:amr",
)

FEDERATION_KEYS: Mapping[str, ConditionKey] = {
    name.lower(): ConditionKey(name, KeyType.STRING, multivalued=name in _MULTIVALUED_STRINGS, source=_STS_KEYS_PAGE)
    for name in (*_STRINGS, *_MULTIVALUED_STRINGS)
}


def key_of_any_provider(name: str) -> ConditionKey | None:
    """Any OIDC provider has keys, after its address without https://: `oidc.example.com/id/1:sub`."""
    provider, _, claim = name.rpartition(":")
    is_address = "." in provider.partition("/")[0] and claim != ""
    return ConditionKey(name, KeyType.STRING, multivalued=False, source=_STS_KEYS_PAGE) if is_address else None


LONGEST_NAME = 512  # no name that AWS knows comes near
_PLACEHOLDER = re.compile(r"\\\$\\\{[^}]*\}")  # in an escaped text
_ANY_TEXT = ".+"


def condition_key(name: str) -> ConditionKey | None:
    """Of a name as policies have it, in any case: `aws:ResourceTag/team`, `s3:prefix`, `saml:aud`."""
    return _condition_key(name) if len(name) <= LONGEST_NAME else None


@lru_cache(maxsize=8192)
def _condition_key(name: str) -> ConditionKey | None:
    lowered = name.lower()
    for table in (GLOBAL_KEYS, FEDERATION_KEYS, *_tables(lowered.partition(":")[0])):
        found = table.get(lowered) or _by_template(lowered, table)
        if found:
            return found
    return key_of_any_provider(name)


def spelled(name: str) -> str:
    """As AWS writes it, where it is one that we know: `aws:MultiFactorAuthPresent`, `aws:RequestTag/team`."""
    found = condition_key(name)
    if found is None:
        return name
    known, slash, _ = found.name.partition("/")
    return known + slash + name.partition("/")[2]


def fits_key(name: str, keys: Iterable[str]) -> bool:
    """Whether one of `keys` (as the catalogue writes them, perhaps with a placeholder) is meant by `name`."""
    lowered = name.lower()
    return any(lowered == key.lower() or ("${" in key and _matches(key, lowered)) for key in keys)


def _tables(prefix: str) -> list[Mapping[str, ConditionKey]]:
    found = [service(name) for name in borrowed_prefixes().get(prefix, (prefix,))]
    return [each.keys for each in found if each]


def _by_template(lowered: str, table: Mapping[str, ConditionKey]) -> ConditionKey | None:
    candidates = (key for name, key in table.items() if "${" in name and lowered.startswith(name.partition("${")[0]))
    return next((key for key in candidates if _matches(key.name, lowered)), None)


def _matches(template: str, lowered: str) -> bool:
    return _expression(template.lower()).fullmatch(lowered) is not None


@lru_cache(maxsize=1024)
def _expression(template: str) -> re.Pattern[str]:
    return re.compile(_PLACEHOLDER.sub(_ANY_TEXT, re.escape(template)), re.DOTALL)
