"""Templates about the people of an AWS account: their own credentials, MFA, billing, support."""

from __future__ import annotations

from policies.gallery.parameters import ArnParameter
from policies.gallery.template import PolicyTemplate

PEOPLE = "People and billing"
_ONESELF = [
    "arn:<partition>:iam::<account>:user/${aws:username}",
    "arn:<partition>:iam::<account>:user/*/${aws:username}",
]
_OWN_MFA = ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices", "iam:ResyncMFADevice"]

TEMPLATES = (
    PolicyTemplate(
        "own-credentials",
        "Manage one’s own credentials",
        PEOPLE,
        "IAM users change their own password, access keys and MFA devices, and nobody else’s.",
        [
            {
                "Sid": "SeeWhatApplies",
                "Effect": "Allow",
                "Action": ["iam:GetAccountPasswordPolicy", "iam:ListVirtualMFADevices"],
                "Resource": "*",
            },
            {
                "Sid": "OwnPasswordAndKeys",
                "Effect": "Allow",
                "Action": [
                    "iam:ChangePassword",
                    "iam:CreateAccessKey",
                    "iam:DeleteAccessKey",
                    "iam:GetAccessKeyLastUsed",
                    "iam:GetUser",
                    "iam:ListAccessKeys",
                    "iam:UpdateAccessKey",
                ],
                "Resource": _ONESELF,
            },
            {
                "Sid": "OwnMFADevices",
                "Effect": "Allow",
                "Action": [
                    "iam:DeactivateMFADevice",
                    "iam:EnableMFADevice",
                    "iam:ListMFADevices",
                    "iam:ResyncMFADevice",
                ],
                "Resource": _ONESELF,
            },
            {
                "Sid": "MakeVirtualMFADevice",
                "Effect": "Allow",
                "Action": "iam:CreateVirtualMFADevice",
                "Resource": "arn:<partition>:iam::<account>:mfa/*",
            },
        ],
        source="IAM User Guide, “AWS: Allows IAM users to manage their own password, access keys, and SSH public keys”",
    ),
    PolicyTemplate(
        "own-credentials-with-mfa",
        "Manage one’s own credentials, with MFA",
        PEOPLE,
        "IAM users set up MFA for themselves. Until they have signed in with it they can do nothing else; then they "
        "change their own password, keys and devices, too.",
        [
            {
                "Sid": "AllowViewAccountInfo",
                "Effect": "Allow",
                "Action": [
                    "iam:GetAccountPasswordPolicy",
                    "iam:GetAccountSummary",
                    "iam:ListVirtualMFADevices",
                ],
                "Resource": "*",
            },
            {
                "Sid": "AllowManageOwnPasswords",
                "Effect": "Allow",
                "Action": ["iam:ChangePassword", "iam:GetUser"],
                "Resource": _ONESELF,
            },
            {
                "Sid": "AllowManageOwnAccessKeys",
                "Effect": "Allow",
                "Action": [
                    "iam:CreateAccessKey",
                    "iam:DeleteAccessKey",
                    "iam:GetAccessKeyLastUsed",
                    "iam:ListAccessKeys",
                    "iam:UpdateAccessKey",
                ],
                "Resource": _ONESELF,
            },
            {
                "Sid": "AllowManageOwnSigningCertificates",
                "Effect": "Allow",
                "Action": [
                    "iam:DeleteSigningCertificate",
                    "iam:ListSigningCertificates",
                    "iam:UpdateSigningCertificate",
                    "iam:UploadSigningCertificate",
                ],
                "Resource": _ONESELF,
            },
            {
                "Sid": "AllowManageOwnSSHPublicKeys",
                "Effect": "Allow",
                "Action": [
                    "iam:DeleteSSHPublicKey",
                    "iam:GetSSHPublicKey",
                    "iam:ListSSHPublicKeys",
                    "iam:UpdateSSHPublicKey",
                    "iam:UploadSSHPublicKey",
                ],
                "Resource": _ONESELF,
            },
            {
                "Sid": "AllowManageOwnGitCredentials",
                "Effect": "Allow",
                "Action": [
                    "iam:CreateServiceSpecificCredential",
                    "iam:DeleteServiceSpecificCredential",
                    "iam:ListServiceSpecificCredentials",
                    "iam:ResetServiceSpecificCredential",
                    "iam:UpdateServiceSpecificCredential",
                ],
                "Resource": _ONESELF,
            },
            {
                "Sid": "AllowManageOwnVirtualMFADevice",
                "Effect": "Allow",
                "Action": "iam:CreateVirtualMFADevice",
                "Resource": "arn:<partition>:iam::<account>:mfa/*",
            },
            {
                "Sid": "AllowManageOwnUserMFA",
                "Effect": "Allow",
                "Action": [
                    "iam:DeactivateMFADevice",
                    "iam:EnableMFADevice",
                    "iam:GetMFADevice",
                    "iam:ListMFADevices",
                    "iam:ResyncMFADevice",
                ],
                "Resource": _ONESELF,
            },
            {
                "Sid": "DenyAllExceptListedIfNoMFA",
                "Effect": "Deny",
                "NotAction": [
                    "iam:CreateVirtualMFADevice",
                    "iam:EnableMFADevice",
                    "iam:GetMFADevice",
                    "iam:GetUser",
                    "iam:ListMFADevices",
                    "iam:ListVirtualMFADevices",
                    "iam:ResyncMFADevice",
                    "sts:GetSessionToken",
                ],
                "Resource": "*",
                "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
            },
        ],
        source="IAM User Guide, “AWS: Allows MFA-authenticated IAM users to manage their own credentials on the "
        "Security credentials page”",
    ),
    PolicyTemplate(
        "require-mfa",
        "Require MFA",
        PEOPLE,
        "Denies everything without MFA, but what it takes to set up a device. It allows nothing by itself.",
        [
            {
                "Sid": "DenyWithoutMFA",
                "Effect": "Deny",
                "NotAction": [
                    "iam:ChangePassword",
                    *_OWN_MFA,
                    "iam:GetAccountPasswordPolicy",
                    "iam:GetUser",
                    "iam:ListVirtualMFADevices",
                    "sts:GetSessionToken",
                ],
                "Resource": "*",
                "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
            }
        ],
        source="IAM User Guide, “AWS: Allows MFA-authenticated IAM users to manage their own credentials”",
    ),
    PolicyTemplate(
        "read-billing",
        "Read bills and costs",
        PEOPLE,
        "Sees bills, payments, budgets and Cost Explorer, and changes none of it.",
        [
            {
                "Sid": "ReadBilling",
                "Effect": "Allow",
                "Action": [
                    "account:GetAccountInformation",
                    "billing:GetBillingData",
                    "billing:GetBillingDetails",
                    "billing:GetBillingNotifications",
                    "billing:GetBillingPreferences",
                    "billing:GetContractInformation",
                    "billing:GetCredits",
                    "billing:GetSellerOfRecord",
                    "billing:List*",
                    "budgets:Describe*",
                    "budgets:ViewBudget",
                    "ce:Describe*",
                    "ce:Get*",
                    "ce:List*",
                    "consolidatedbilling:Get*",
                    "consolidatedbilling:List*",
                    "cur:Describe*",
                    "cur:Get*",
                    "freetier:Get*",
                    "invoicing:Get*",
                    "invoicing:List*",
                    "payments:Get*",
                    "payments:List*",
                    "tax:Get*",
                    "tax:List*",
                ],
                "Resource": "*",
            }
        ],
        source="AWS Billing User Guide, “Migrating access control for AWS Billing”",
    ),
    PolicyTemplate(
        "support-people",
        "Look after the people of one user pool",
        PEOPLE,
        "Finds people of a Cognito user pool, resets passwords, confirms, disables and enables them; deletes nobody.",
        [
            {
                "Sid": "LookAfterPeople",
                "Effect": "Allow",
                "Action": [
                    "cognito-idp:AdminConfirmSignUp",
                    "cognito-idp:AdminDisableUser",
                    "cognito-idp:AdminEnableUser",
                    "cognito-idp:AdminGetUser",
                    "cognito-idp:AdminListGroupsForUser",
                    "cognito-idp:AdminResetUserPassword",
                    "cognito-idp:AdminUserGlobalSignOut",
                    "cognito-idp:DescribeUserPool",
                    "cognito-idp:ListUsers",
                ],
                "Resource": "<pool>",
            }
        ],
        [
            ArnParameter(
                "pool",
                "User pool",
                action="cognito-idp:AdminGetUser",
                type="userpool",
                example="userpool/eu-west-1_AbCdEfGhI",
            )
        ],
    ),
)
