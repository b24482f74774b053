"""Templates about the AWS account: Regions, roles, tags, boundaries."""

from __future__ import annotations

from policies.gallery.parameters import (
    ArnParameter,
    NameParameter,
    RegionsParameter,
    ServicePrincipalParameter,
    ServicesParameter,
    TagKeyParameter,
    TextParameter,
)
from policies.gallery.template import PolicyTemplate

ROLES, LIMITS = "Roles and tags", "Denials and boundaries"

ROLE = ArnParameter("role", "Role", action="iam:PassRole", type="role", example="role/orders-worker")
TAG_KEY = TagKeyParameter("key", "Tag’s key", "Such as team")
_BOUNDARY = "arn:<partition>:iam::<account>:policy/<boundary>"
_THEIR_ROLES = "arn:<partition>:iam::<account>:role/<path>/*"
_THEIR_POLICIES = "arn:<partition>:iam::<account>:policy/<path>/*"

TEMPLATES = (
    PolicyTemplate(
        "pass-role",
        "Pass one role to one service",
        ROLES,
        "Lets one service act as the role. Whoever has this can do through that service what the role can.",
        [
            {
                "Sid": "PassRole",
                "Effect": "Allow",
                "Action": "iam:PassRole",
                "Resource": "<role>",
                "Condition": {"StringEquals": {"iam:PassedToService": "<service>"}},
            }
        ],
        [ROLE, ServicePrincipalParameter("service", "Service", "Its principal, such as lambda.amazonaws.com")],
    ),
    PolicyTemplate(
        "assume-role",
        "Assume one role",
        ROLES,
        "Takes on one role, of this AWS account or another. The role’s trust policy must allow it, too.",
        [{"Sid": "AssumeRole", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "<role>"}],
        [ROLE],
    ),
    PolicyTemplate(
        "instances-by-tag",
        "Start and stop instances by tag",
        ROLES,
        "Starts, stops and reboots EC2 instances that have the tag, and sees all of them.",
        [
            {"Sid": "SeeInstances", "Effect": "Allow", "Action": "ec2:DescribeInstances", "Resource": "*"},
            {
                "Sid": "StartAndStop",
                "Effect": "Allow",
                "Action": ["ec2:RebootInstances", "ec2:StartInstances", "ec2:StopInstances"],
                "Resource": "arn:<partition>:ec2:*:<account>:instance/*",
                "Condition": {"StringEquals": {"aws:ResourceTag/<key>": "<value>"}},
            },
        ],
        [TAG_KEY, TextParameter("value", "Tag’s value", "Such as search")],
    ),
    PolicyTemplate(
        "own-tag",
        "Access by one’s own tag",
        ROLES,
        "Starts, stops and reboots EC2 instances that have the same value of the tag as who asks.",
        [
            {"Sid": "SeeInstances", "Effect": "Allow", "Action": "ec2:DescribeInstances", "Resource": "*"},
            {
                "Sid": "StartAndStop",
                "Effect": "Allow",
                "Action": ["ec2:RebootInstances", "ec2:StartInstances", "ec2:StopInstances"],
                "Resource": "arn:<partition>:ec2:*:<account>:instance/*",
                "Condition": {"StringEquals": {"aws:ResourceTag/<key>": "${aws:PrincipalTag/<key>}"}},
            },
        ],
        [TAG_KEY],
        source="IAM User Guide, “Define permissions based on attributes with ABAC authorization”",
    ),
    PolicyTemplate(
        "deny-other-regions",
        "Deny outside some Regions",
        LIMITS,
        "Denies requests to other Regions, but for services that are global. It allows nothing by itself.",
        [
            {
                "Sid": "DenyOtherRegions",
                "Effect": "Deny",
                "NotAction": [
                    "account:*",
                    "budgets:*",
                    "ce:*",
                    "cloudfront:*",
                    "globalaccelerator:*",
                    "health:*",
                    "iam:*",
                    "organizations:*",
                    "route53:*",
                    "route53domains:*",
                    "s3:GetAccountPublicAccessBlock",
                    "s3:ListAllMyBuckets",
                    "shield:*",
                    "sts:*",
                    "support:*",
                    "waf:*",
                ],
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": "<regions>"}},
            }
        ],
        [RegionsParameter("regions", "Regions", "Those that stay open, such as eu-west-1 eu-north-1")],
        source="IAM User Guide, “AWS: Denies access to AWS based on the requested Region”",
    ),
    PolicyTemplate(
        "developer-boundary",
        "Boundary for developers",
        LIMITS,
        "A permissions boundary: all of some services, and roles below one path if these have the boundary, too.",
        [
            {"Sid": "Services", "Effect": "Allow", "Action": "<services>", "Resource": "*"},
            {"Sid": "SeeIAM", "Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"},
            {
                "Sid": "RolesWithThisBoundary",
                "Effect": "Allow",
                "Action": [
                    "iam:AttachRolePolicy",
                    "iam:CreateRole",
                    "iam:DeleteRolePolicy",
                    "iam:DetachRolePolicy",
                    "iam:PutRolePermissionsBoundary",
                    "iam:PutRolePolicy",
                ],
                "Resource": _THEIR_ROLES,
                "Condition": {"StringEquals": {"iam:PermissionsBoundary": _BOUNDARY}},
            },
            {
                "Sid": "RolesAndPolicies",
                "Effect": "Allow",
                "Action": [
                    "iam:CreatePolicy",
                    "iam:CreatePolicyVersion",
                    "iam:DeletePolicy",
                    "iam:DeletePolicyVersion",
                    "iam:DeleteRole",
                    "iam:TagPolicy",
                    "iam:TagRole",
                ],
                "Resource": [_THEIR_ROLES, _THEIR_POLICIES],
            },
            {
                "Sid": "PassRolesToServices",
                "Effect": "Allow",
                "Action": "iam:PassRole",
                "Resource": _THEIR_ROLES,
                "Condition": {"StringEquals": {"iam:PassedToService": "<service>"}},
            },
            {
                "Sid": "KeepTheBoundary",
                "Effect": "Deny",
                "Action": ["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"],
                "Resource": "*",
            },
            {
                "Sid": "KeepThisPolicy",
                "Effect": "Deny",
                "Action": [
                    "iam:CreatePolicyVersion",
                    "iam:DeletePolicy",
                    "iam:DeletePolicyVersion",
                    "iam:SetDefaultPolicyVersion",
                ],
                "Resource": _BOUNDARY,
            },
        ],
        [
            ServicesParameter("services", "Services", "Their prefixes, such as s3 dynamodb lambda logs"),
            NameParameter(
                "boundary",
                "Name of this policy",
                "As you will call it, without a path: roles must have it as their boundary.",
                pattern=r"[\w+=,.@-]{1,128}",
                rule="letters, digits and +=,.@_- only.",
            ),
            NameParameter(
                "path",
                "Path of their roles",
                "Without slashes around it, such as developers",
                pattern=r"[\w+=,.@-]+(/[\w+=,.@-]+)*",
                rule="letters, digits and +=,.@_-, with slashes only between names.",
            ),
            ServicePrincipalParameter(
                "service", "Service that runs their code", "Its principal, such as lambda.amazonaws.com"
            ),
        ],
        is_boundary=True,
        source="IAM User Guide, “Permissions boundaries for IAM entities”, delegating responsibility",
    ),
)
