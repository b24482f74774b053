"""Condition keys that every service knows. None of them is in the tables of services.

IAM User Guide, "AWS global condition context keys": its table, and "Data type" and "Value type" of each key.
"""

from __future__ import annotations

from collections.abc import Mapping

from policies.engine.catalogue.values import ConditionKey, KeyType

SOURCE = "AWS global condition context keys"

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
        name.lower(): ConditionKey(name, kind, multivalued=False, source=SOURCE)
        for kind, names in _SINGLE.items()
        for name in names
    },
    **{name.lower(): ConditionKey(name, KeyType.STRING, multivalued=True, source=SOURCE) for name in _MULTIVALUED},
}
