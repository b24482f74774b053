"""The two roles that IAM Console itself assumes in Acme's account."""

from __future__ import annotations

from emulator.sample_estate.data.documents import ROOT, allow, document, trust
from emulator.sample_estate.data.kinds import Policy, Role, Version
from emulator.wellknown import ACCOUNT_ID

EXTERNAL_ID = "acme-demo-external-id"
READ_ROLE = "iam-console-read"
WRITE_ROLE = "iam-console-write"
_CREATED = "2026-10-05 09:00"

_READS = """
    iam:GetAccountAuthorizationDetails iam:GetAccountSummary iam:GetAccountPasswordPolicy
    iam:GenerateCredentialReport iam:GetCredentialReport
    iam:GenerateServiceLastAccessedDetails iam:GetServiceLastAccessedDetails
    iam:GetServiceLastAccessedDetailsWithEntities iam:GetAccessKeyLastUsed
    iam:GetUser iam:GetGroup iam:GetRole iam:GetPolicy iam:GetPolicyVersion iam:GetLoginProfile iam:GetMFADevice
    iam:GetInstanceProfile iam:GetOpenIDConnectProvider iam:GetSAMLProvider iam:GetServerCertificate
    iam:GetDelegationRequest iam:GetSSHPublicKey iam:GetUserPolicy iam:GetGroupPolicy iam:GetRolePolicy iam:List*
    cloudtrail:LookupEvents account:ListRegions ec2:DescribeRegions organizations:Describe* organizations:List*
    cognito-idp:Describe* cognito-idp:List* cognito-idp:GetGroup cognito-idp:GetUserPoolMfaConfig
    cognito-idp:GetUICustomization cognito-idp:GetUserPoolSessionConfiguration
    cognito-idp:GetLogDeliveryConfiguration
    cognito-identity:ListIdentityPools cognito-identity:DescribeIdentityPool cognito-identity:GetIdentityPoolRoles
    cognito-identity:GetPrincipalTagAttributeMap
    sso:Describe* sso:Get* sso:List* identitystore:Describe* identitystore:List*
"""
_READS_OF_RESOURCES = """
    s3:ListAllMyBuckets s3:GetBucketPolicy s3:GetBucketPublicAccessBlock s3:GetBucketOwnershipControls s3:GetBucketAcl
    s3:GetAccountPublicAccessBlock s3:ListAccessPoints s3:GetAccessPoint s3:GetAccessPointPolicy
    kms:ListKeys kms:ListAliases kms:GetKeyPolicy kms:ListGrants
    sqs:ListQueues sqs:GetQueueUrl sqs:GetQueueAttributes sns:ListTopics sns:GetTopicAttributes
    secretsmanager:ListSecrets secretsmanager:DescribeSecret secretsmanager:GetResourcePolicy
"""
# What a change reads again before and after it writes.
_READS_AGAIN = """
    iam:GetUser iam:GetGroup iam:GetRole iam:GetPolicy iam:GetPolicyVersion iam:ListPolicyVersions
    iam:ListEntitiesForPolicy iam:ListAttachedUserPolicies iam:ListAttachedGroupPolicies iam:ListAttachedRolePolicies
    iam:ListGroupsForUser
"""


def _in_account(kind: str) -> str:
    return f"arn:aws:iam::{ACCOUNT_ID}:{kind}/*"


CONSOLE_POLICIES = (
    Policy(
        READ_ROLE,
        description="What IAM Console reads",
        tags={"app": "iam-console"},
        versions=(Version(_CREATED, document(allow("ReadIam", _READS), allow("ReadResources", _READS_OF_RESOURCES))),),
    ),
    Policy(
        WRITE_ROLE,
        description="What IAM Console changes",
        tags={"app": "iam-console"},
        versions=(
            Version(
                _CREATED,
                document(
                    allow("ReadAgain", _READS_AGAIN),
                    allow(
                        "EditPolicies",
                        "iam:CreatePolicyVersion iam:DeletePolicyVersion iam:SetDefaultPolicyVersion",
                        _in_account("policy"),
                    ),
                    allow("UserPolicies", "iam:AttachUserPolicy iam:DetachUserPolicy", _in_account("user")),
                    allow("GroupPolicies", "iam:AttachGroupPolicy iam:DetachGroupPolicy", _in_account("group")),
                    allow("RolePolicies", "iam:AttachRolePolicy iam:DetachRolePolicy", _in_account("role")),
                    allow("Memberships", "iam:AddUserToGroup iam:RemoveUserFromGroup", _in_account("group")),
                ),
            ),
        ),
    ),
)

_WITH_EXTERNAL_ID = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
_WRITE_TRUST = document(
    {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole", "Condition": _WITH_EXTERNAL_ID},
    {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": ["sts:SetSourceIdentity", "sts:TagSession"]},
)

CONSOLE_ROLES = (
    Role(
        READ_ROLE,
        _CREATED,
        trust({"AWS": ROOT}, when=_WITH_EXTERNAL_ID),
        description="IAM Console reads through this role",
        tags={"app": "iam-console"},
        attached=(READ_ROLE,),
    ),
    Role(
        WRITE_ROLE,
        _CREATED,
        _WRITE_TRUST,
        description="IAM Console changes things through this role, one change at a time",
        tags={"app": "iam-console"},
        attached=(WRITE_ROLE,),
    ),
)
