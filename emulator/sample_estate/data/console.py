"""The two roles that IAM Console itself assumes in each AWS account of Acme."""

from __future__ import annotations

from emulator.sample_estate.data.documents import ROOT, Statement, allow, arn, document, trust
from emulator.sample_estate.data.kinds import Policy, Role, Tags, Version

READ_ROLE = "iam-console-read"
WRITE_ROLE = "iam-console-write"
_CREATED = "2026-10-05 09:00"
_TAGS: Tags = {"app": "iam-console"}

_READS = """
    iam:GetAccountAuthorizationDetails iam:GetAccountSummary iam:GetAccountPasswordPolicy
    iam:GenerateCredentialReport iam:GetCredentialReport
    iam:GenerateServiceLastAccessedDetails iam:GetServiceLastAccessedDetails
    iam:GetServiceLastAccessedDetailsWithEntities iam:GetAccessKeyLastUsed
    iam:GetUser iam:GetGroup iam:GetRole iam:GetPolicy iam:GetPolicyVersion iam:GetLoginProfile iam:GetMFADevice
    iam:GetInstanceProfile iam:GetOpenIDConnectProvider iam:GetSAMLProvider iam:GetServerCertificate
    iam:GetDelegationRequest iam:GetSSHPublicKey iam:GetUserPolicy iam:GetGroupPolicy iam:GetRolePolicy iam:List*
    cloudtrail:LookupEvents account:ListRegions ec2:DescribeRegions organizations:Describe* organizations:List*
    cognito-idp:Describe* cognito-idp:List* cognito-idp:Get*
    cognito-identity:ListIdentityPools cognito-identity:DescribeIdentityPool cognito-identity:GetIdentityPoolRoles
    cognito-identity:GetPrincipalTagAttributeMap
    sso:Describe* sso:Get* sso:List* identitystore:Describe* identitystore:List*
    account-access:Get* account-access:List*
"""
_READS_OF_RESOURCES = """
    s3:ListAllMyBuckets s3:GetBucketPolicy s3:GetBucketPublicAccessBlock s3:GetBucketOwnershipControls s3:GetBucketAcl
    s3:GetEncryptionConfiguration s3:GetAccountPublicAccessBlock
    s3:ListAccessPoints s3:GetAccessPoint s3:GetAccessPointPolicy
    kms:ListKeys kms:ListAliases kms:GetKeyPolicy kms:ListGrants
    sqs:ListQueues sqs:GetQueueUrl sqs:GetQueueAttributes sns:ListTopics sns:GetTopicAttributes
    secretsmanager:ListSecrets secretsmanager:DescribeSecret secretsmanager:GetResourcePolicy
    dynamodb:ListTables dynamodb:DescribeTable dynamodb:GetResourcePolicy
    cloudformation:ListStacks cloudformation:DescribeStacks cloudformation:ListStackResources
    rolesanywhere:ListTrustAnchors rolesanywhere:GetTrustAnchor rolesanywhere:ListProfiles rolesanywhere:GetProfile
"""
# What a change reads again before and after it writes.
_READS_AGAIN = """
    iam:GetUser iam:GetGroup iam:GetRole iam:GetPolicy iam:GetPolicyVersion iam:ListPolicyVersions
    iam:ListEntitiesForPolicy iam:ListAttachedUserPolicies iam:ListAttachedGroupPolicies iam:ListAttachedRolePolicies
    iam:ListGroupsForUser
"""


def console_policies(account_id: str) -> tuple[Policy, ...]:
    return (
        _policy(
            READ_ROLE,
            "What IAM Console reads",
            allow("ReadIam", _READS),
            allow("ReadResources", _READS_OF_RESOURCES),
            allow("TakeEvents", "sqs:DeleteMessage sqs:ReceiveMessage", f"arn:aws:sqs:*:{account_id}:iam-console-*"),
        ),
        _policy(WRITE_ROLE, "What IAM Console changes", *_writes(account_id)),
    )


def console_roles(external_id: str) -> tuple[Role, ...]:
    """Trusted by the AWS account that the console runs in, with this external id."""
    when = {"StringEquals": {"sts:ExternalId": external_id}}
    write_trust = document(
        {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole", "Condition": when},
        {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": ["sts:SetSourceIdentity", "sts:TagSession"]},
    )
    reads = "IAM Console reads through this role"
    writes = "IAM Console changes things through this role, one change at a time"
    return (
        _role(READ_ROLE, trust({"AWS": ROOT}, when=when), reads),
        _role(WRITE_ROLE, write_trust, writes),
    )


def _writes(account_id: str) -> tuple[Statement, ...]:
    def every(kind: str) -> str:
        return arn("iam", f"{kind}/*", account_id=account_id)

    return (
        allow("ReadAgain", _READS_AGAIN),
        allow(
            "EditPolicies",
            "iam:CreatePolicyVersion iam:DeletePolicyVersion iam:SetDefaultPolicyVersion",
            every("policy"),
        ),
        allow("UserPolicies", "iam:AttachUserPolicy iam:DetachUserPolicy", every("user")),
        allow("GroupPolicies", "iam:AttachGroupPolicy iam:DetachGroupPolicy", every("group")),
        allow("RolePolicies", "iam:AttachRolePolicy iam:DetachRolePolicy", every("role")),
        allow("Memberships", "iam:AddUserToGroup iam:RemoveUserFromGroup", every("group")),
    )


def _policy(name: str, description: str, *statements: Statement) -> Policy:
    return Policy(name, (Version(_CREATED, document(*statements)),), description, tags=_TAGS)


def _role(name: str, trusted: str, description: str) -> Role:
    return Role(name, _CREATED, trusted, description=description, tags=_TAGS, attached=(name,))
