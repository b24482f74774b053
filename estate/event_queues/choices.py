"""Whose events a queue may get, and which: those that change what the mirror has.

The sources: "Logging … API calls with AWS CloudTrail" in the guides of the services. IAM and Organizations record their
events in one Region of the partition, the others in the Region that is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sync.event_queues.envelope import DETAIL_TYPE


@dataclass(frozen=True)
class EventChoice:
    """`services`: as events name them. `calls`: those that matter; none: all that write. `begins`: how calls begin
    whose names end in a version.
    """

    name: str
    title: str
    about: str
    services: Sequence[str]
    calls: Sequence[str] = ()
    begins: Sequence[str] = ()
    is_global: bool = False

    @property
    def pattern(self) -> dict[str, Any]:
        """As EventBridge takes it. Rules that are merely enabled get no events of calls that only read."""
        detail: dict[str, Any] = {"eventSource": [f"{service}.amazonaws.com" for service in self.services]}
        if self.calls or self.begins:
            detail["eventName"] = [*self.calls, *({"prefix": each} for each in self.begins)]
        sources = [f"aws.{service}" for service in self.services]
        return {"source": sources, "detail-type": [DETAIL_TYPE], "detail": detail}


IAM = EventChoice("iam", "IAM", "Users, groups, roles, policies, credentials, providers.", ("iam",), is_global=True)
ORGANIZATIONS = EventChoice(
    "organizations",
    "Organizations",
    "Units, accounts, control policies. In the management account.",
    ("organizations",),
    is_global=True,
)
COGNITO = EventChoice(
    "cognito",
    "Cognito",
    "Settings of user pools, app clients, groups, identity pools. No events of people.",
    ("cognito-idp", "cognito-identity"),
    (
        "AddCustomAttributes",
        "CreateGroup",
        "CreateIdentityPool",
        "CreateIdentityProvider",
        "CreateResourceServer",
        "CreateUserPool",
        "CreateUserPoolClient",
        "CreateUserPoolDomain",
        "DeleteGroup",
        "DeleteIdentityPool",
        "DeleteIdentityProvider",
        "DeleteResourceServer",
        "DeleteUserPool",
        "DeleteUserPoolClient",
        "DeleteUserPoolDomain",
        "SetIdentityPoolRoles",
        "SetLogDeliveryConfiguration",
        "SetPrincipalTagAttributeMap",
        "SetRiskConfiguration",
        "SetUICustomization",
        "SetUserPoolMfaConfig",
        "UpdateGroup",
        "UpdateIdentityPool",
        "UpdateIdentityProvider",
        "UpdateResourceServer",
        "UpdateUserPool",
        "UpdateUserPoolClient",
        "UpdateUserPoolDomain",
    ),
)
IDENTITY_CENTER = EventChoice(
    "identity-center",
    "Identity Center",
    "Permission sets, assignments, groups. In the Region of the instance.",
    ("sso", "identitystore"),
    (
        "AttachCustomerManagedPolicyReferenceToPermissionSet",
        "AttachManagedPolicyToPermissionSet",
        "CreateAccountAssignment",
        "CreateGroup",
        "CreateGroupMembership",
        "CreatePermissionSet",
        "DeleteAccountAssignment",
        "DeleteGroup",
        "DeleteGroupMembership",
        "DeleteInlinePolicyFromPermissionSet",
        "DeletePermissionSet",
        "DeletePermissionsBoundaryFromPermissionSet",
        "DeleteUser",
        "DetachCustomerManagedPolicyReferenceFromPermissionSet",
        "DetachManagedPolicyFromPermissionSet",
        "ProvisionPermissionSet",
        "PutInlinePolicyToPermissionSet",
        "PutPermissionsBoundaryToPermissionSet",
        "UpdateGroup",
        "UpdatePermissionSet",
        "UpdateUser",
    ),
)
RESOURCES = EventChoice(
    "resources",
    "Policies of resources",
    "Of buckets, keys, queues, topics, functions, secrets, tables, repositories, buses, file systems, vaults.",
    (
        "backup",
        "dynamodb",
        "ecr",
        "elasticfilesystem",
        "events",
        "kms",
        "lambda",
        "logs",
        "s3",
        "secretsmanager",
        "sns",
        "sqs",
    ),
    (
        "AddPermission",
        "CreateGrant",
        "DeleteBackupVaultAccessPolicy",
        "DeleteBucket",
        "DeleteBucketOwnershipControls",
        "DeleteBucketPolicy",
        "DeleteBucketPublicAccessBlock",
        "DeleteFileSystemPolicy",
        "DeleteQueue",
        "DeleteRepository",
        "DeleteRepositoryPolicy",
        "DeleteResourcePolicy",
        "DeleteTopic",
        "PutBackupVaultAccessPolicy",
        "PutBucketAcl",
        "PutBucketOwnershipControls",
        "PutBucketPolicy",
        "PutBucketPublicAccessBlock",
        "PutFileSystemPolicy",
        "PutKeyPolicy",
        "PutPermission",
        "PutResourcePolicy",
        "RemovePermission",
        "RetireGrant",
        "RevokeGrant",
        "ScheduleKeyDeletion",
        "SetQueueAttributes",
        "SetRepositoryPolicy",
        "SetTopicAttributes",
    ),
    (
        "AddLayerVersionPermission",
        "AddPermission2",
        "CreateFunctionUrlConfig",
        "DeleteFunction",
        "RemoveLayerVersionPermission",
        "RemovePermission2",
        "UpdateFunctionUrlConfig",
    ),
)
# What may be left out; IAM's events come always.
OFFERED = (ORGANIZATIONS, COGNITO, IDENTITY_CENTER, RESOURCES)


def chosen_in(region: str, global_region: str, names: Sequence[str]) -> list[EventChoice]:
    """What has events in that Region, of those chosen and IAM."""
    wanted = [IAM, *(each for each in OFFERED if each.name in names)]
    return [each for each in wanted if not each.is_global or region == global_region]
