"""For each template of the gallery: values for its parameters, and what the engine is to say of what comes of it.

A request is (action, resource) or (action, resource, context). `not_allowed` are those that come near.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ME = "123456789012"
_IN = f"eu-west-1:{ME}"
TABLE = f"arn:aws:dynamodb:{_IN}:table/orders"
FUNCTION = f"arn:aws:lambda:{_IN}:function:resize"
KEY, OTHER_KEY = f"arn:aws:kms:{_IN}:key/1f2e3d4c", f"arn:aws:kms:{_IN}:key/2f2e3d4c"
QUEUE, TOPIC = f"arn:aws:sqs:{_IN}:orders", f"arn:aws:sns:{_IN}:orders"
SECRET = f"arn:aws:secretsmanager:{_IN}:secret:orders/db-AbCdEf"
POOL = f"arn:aws:cognito-idp:{_IN}:userpool/eu-west-1_AbCdEfGhI"
MACHINE, BUS = f"arn:aws:states:{_IN}:stateMachine:orders", f"arn:aws:events:{_IN}:event-bus/orders"
REPOSITORY = f"arn:aws:ecr:{_IN}:repository/shop/web"
ROLE = f"arn:aws:iam::{ME}:role/orders-worker"
INSTANCE = f"arn:aws:ec2:{_IN}:instance/i-1"
LOGS = f"arn:aws:logs:{_IN}:log-group:/aws/lambda/resize"
DANA, ERIK = f"arn:aws:iam::{ME}:user/staff/dana", f"arn:aws:iam::{ME}:user/staff/erik"
THEIR_ROLE, BOUNDARY = f"arn:aws:iam::{ME}:role/developers/app", f"arn:aws:iam::{ME}:policy/dev-boundary"

Asked = tuple[Any, ...]


@dataclass(frozen=True)
class GalleryCase:
    template: str
    allowed: Sequence[Asked] = ()
    not_allowed: Sequence[Asked] = ()
    values: Mapping[str, str] = field(default_factory=dict)


CASES = (
    GalleryCase(
        "read-bucket",
        [("s3:GetObject", "arn:aws:s3:::acme-data/a/b"), ("s3:ListBucket", "arn:aws:s3:::acme-data")],
        [
            ("s3:PutObject", "arn:aws:s3:::acme-data/a"),
            ("s3:GetObject", "arn:aws:s3:::acme-data-2/a"),
            ("s3:ListBucket", "arn:aws:s3:::acme-data-2"),
        ],
        {"bucket": "acme-data"},
    ),
    GalleryCase(
        "write-prefix",
        [
            ("s3:PutObject", "arn:aws:s3:::acme-data/50%*/${x}?/a"),
            ("s3:DeleteObject", "arn:aws:s3:::acme-data/50%*/${x}?/a"),
            ("s3:ListBucket", "arn:aws:s3:::acme-data", {"s3:prefix": "50%*/${x}?/"}),
        ],
        [
            ("s3:PutObject", "arn:aws:s3:::acme-data/50%b/${x}?/a"),
            ("s3:PutObject", "arn:aws:s3:::acme-data/50%*/${x}y/a"),
            ("s3:PutObject", "arn:aws:s3:::acme-data/other"),
            ("s3:ListBucket", "arn:aws:s3:::acme-data", {"s3:prefix": "other/"}),
            ("s3:ListBucket", "arn:aws:s3:::acme-data"),
            ("s3:PutObjectAcl", "arn:aws:s3:::acme-data/50%*/${x}?/a"),
        ],
        {"bucket": "acme-data", "prefix": "50%*/${x}?/"},
    ),
    GalleryCase(
        "table-items",
        [("dynamodb:PutItem", TABLE), ("dynamodb:Query", f"{TABLE}/index/by-date")],
        [("dynamodb:Scan", TABLE), ("dynamodb:DeleteTable", TABLE), ("dynamodb:PutItem", f"{TABLE}-2")],
        {"table": TABLE},
    ),
    GalleryCase(
        "table-partition",
        [("dynamodb:GetItem", TABLE, {"dynamodb:LeadingKeys": ['c-"1"${x']})],
        [
            ("dynamodb:GetItem", TABLE, {"dynamodb:LeadingKeys": ['c-"1"${x', "c-2"]}),
            ("dynamodb:GetItem", TABLE, {"dynamodb:LeadingKeys": ["c-2"]}),
            ("dynamodb:GetItem", TABLE),
        ],
        {"table": TABLE, "value": 'c-"1"${x'},
    ),
    GalleryCase(
        "read-secret",
        [("secretsmanager:GetSecretValue", SECRET)],
        [("secretsmanager:PutSecretValue", SECRET), ("secretsmanager:GetSecretValue", f"{SECRET}x")],
        {"secret": SECRET},
    ),
    GalleryCase(
        "read-parameters",
        [("ssm:GetParameter", f"arn:aws:ssm:{_IN}:parameter/orders/live/db")],
        [
            ("ssm:GetParameter", f"arn:aws:ssm:{_IN}:parameter/orders/live-2"),
            ("ssm:PutParameter", f"arn:aws:ssm:{_IN}:parameter/orders/live/db"),
        ],
        {"path": "/orders/live"},
    ),
    GalleryCase("decrypt", [("kms:Decrypt", KEY)], [("kms:Encrypt", KEY), ("kms:Decrypt", OTHER_KEY)], {"key": KEY}),
    GalleryCase(
        "encrypt-and-decrypt",
        [("kms:GenerateDataKey", KEY), ("kms:Decrypt", KEY)],
        [("kms:PutKeyPolicy", KEY), ("kms:Encrypt", OTHER_KEY)],
        {"key": KEY},
    ),
    GalleryCase(
        "read-service",
        [("dynamodb:GetItem", TABLE), ("dynamodb:ListTables", "*")],
        [("dynamodb:PutItem", TABLE), ("dynamodb:TagResource", TABLE), ("s3:ListAllMyBuckets", "*")],
        {"service": "DynamoDB"},
    ),
    GalleryCase(
        "invoke-function",
        [("lambda:InvokeFunction", FUNCTION), ("lambda:InvokeFunction", f"{FUNCTION}:7")],
        [("lambda:InvokeFunction", f"{FUNCTION}-2"), ("lambda:UpdateFunctionCode", FUNCTION)],
        {"function": FUNCTION},
    ),
    GalleryCase(
        "function-logs",
        [("logs:PutLogEvents", f"{LOGS}:log-stream:2026/1"), ("logs:CreateLogGroup", LOGS)],
        [("logs:PutLogEvents", f"{LOGS}-2:log-stream:2026/1"), ("logs:DeleteLogGroup", LOGS)],
        {"function": "resize"},
    ),
    GalleryCase(
        "read-function-logs",
        [("logs:FilterLogEvents", LOGS), ("logs:GetLogEvents", f"{LOGS}:log-stream:1")],
        [("logs:FilterLogEvents", f"{LOGS}-2"), ("logs:DeleteLogStream", f"{LOGS}:log-stream:1")],
        {"function": "resize"},
    ),
    GalleryCase(
        "deploy-function",
        [("lambda:UpdateFunctionCode", FUNCTION), ("lambda:UpdateAlias", f"{FUNCTION}:live")],
        [("lambda:UpdateFunctionConfiguration", FUNCTION), ("iam:PassRole", ROLE), ("lambda:AddPermission", FUNCTION)],
        {"function": FUNCTION},
    ),
    GalleryCase(
        "pull-images",
        [("ecr:GetAuthorizationToken", "*"), ("ecr:BatchGetImage", REPOSITORY)],
        [("ecr:PutImage", REPOSITORY), ("ecr:BatchGetImage", f"{REPOSITORY}2")],
        {"repository": REPOSITORY},
    ),
    GalleryCase(
        "start-state-machine",
        [("states:StartExecution", MACHINE)],
        [("states:UpdateStateMachine", MACHINE), ("states:StartExecution", f"{MACHINE}2")],
        {"machine": MACHINE},
    ),
    GalleryCase("send-to-queue", [("sqs:SendMessage", QUEUE)], [("sqs:ReceiveMessage", QUEUE)], {"queue": QUEUE}),
    GalleryCase(
        "consume-queue",
        [("sqs:ReceiveMessage", QUEUE), ("sqs:DeleteMessage", QUEUE)],
        [("sqs:SendMessage", QUEUE), ("sqs:PurgeQueue", QUEUE)],
        {"queue": QUEUE},
    ),
    GalleryCase("publish-to-topic", [("sns:Publish", TOPIC)], [("sns:Subscribe", TOPIC)], {"topic": TOPIC}),
    GalleryCase("put-events", [("events:PutEvents", BUS)], [("events:PutRule", BUS)], {"bus": BUS}),
    GalleryCase(
        "own-credentials",
        [
            ("iam:CreateAccessKey", DANA, {"aws:username": "dana"}),
            ("iam:EnableMFADevice", DANA, {"aws:username": "dana"}),
        ],
        [
            ("iam:CreateAccessKey", ERIK, {"aws:username": "dana"}),
            ("iam:CreateLoginProfile", DANA, {"aws:username": "dana"}),
            ("iam:AttachUserPolicy", DANA, {"aws:username": "dana"}),
        ],
    ),
    GalleryCase(
        "own-credentials-with-mfa",
        [
            ("iam:EnableMFADevice", DANA, {"aws:username": "dana", "aws:MultiFactorAuthPresent": "false"}),
            ("iam:CreateAccessKey", DANA, {"aws:username": "dana", "aws:MultiFactorAuthPresent": "true"}),
        ],
        [
            ("iam:ChangePassword", DANA, {"aws:username": "dana", "aws:MultiFactorAuthPresent": "false"}),
            ("iam:DeactivateMFADevice", DANA, {"aws:username": "dana", "aws:MultiFactorAuthPresent": "false"}),
            ("iam:CreateAccessKey", DANA, {"aws:username": "dana"}),
            ("iam:EnableMFADevice", ERIK, {"aws:username": "dana", "aws:MultiFactorAuthPresent": "true"}),
        ],
    ),
    GalleryCase("require-mfa", [], [("s3:GetObject", "arn:aws:s3:::a/b")]),
    GalleryCase("read-billing", [("ce:GetCostAndUsage", "*")], [("billing:UpdateBillingPreferences", "*")]),
    GalleryCase(
        "support-people",
        [("cognito-idp:AdminResetUserPassword", POOL)],
        [("cognito-idp:AdminDeleteUser", POOL), ("cognito-idp:AdminSetUserPassword", POOL)],
        {"pool": POOL},
    ),
    GalleryCase(
        "pass-role",
        [("iam:PassRole", ROLE, {"iam:PassedToService": "lambda.amazonaws.com"})],
        [
            ("iam:PassRole", ROLE, {"iam:PassedToService": "ec2.amazonaws.com"}),
            ("iam:PassRole", THEIR_ROLE, {"iam:PassedToService": "lambda.amazonaws.com"}),
            ("iam:PassRole", ROLE),
        ],
        {"role": ROLE, "service": "lambda.amazonaws.com"},
    ),
    GalleryCase("assume-role", [("sts:AssumeRole", ROLE)], [("sts:AssumeRole", THEIR_ROLE)], {"role": ROLE}),
    GalleryCase(
        "instances-by-tag",
        [("ec2:StopInstances", INSTANCE, {"aws:ResourceTag/team": "search"}), ("ec2:DescribeInstances", "*")],
        [
            ("ec2:StopInstances", INSTANCE, {"aws:ResourceTag/team": "shop"}),
            ("ec2:StopInstances", INSTANCE),
            ("ec2:TerminateInstances", INSTANCE, {"aws:ResourceTag/team": "search"}),
        ],
        {"key": "team", "value": "search"},
    ),
    GalleryCase(
        "own-tag",
        [("ec2:StartInstances", INSTANCE, {"aws:ResourceTag/team": "shop", "aws:PrincipalTag/team": "shop"})],
        [
            ("ec2:StartInstances", INSTANCE, {"aws:ResourceTag/team": "shop", "aws:PrincipalTag/team": "search"}),
            ("ec2:StartInstances", INSTANCE, {"aws:ResourceTag/team": "shop"}),
        ],
        {"key": "team"},
    ),
    GalleryCase("deny-other-regions", [], [("ec2:RunInstances", INSTANCE)], {"regions": "eu-west-1, eu-north-1"}),
    GalleryCase(
        "developer-boundary",
        [
            ("s3:PutObject", "arn:aws:s3:::a/b"),
            ("iam:CreateRole", THEIR_ROLE, {"iam:PermissionsBoundary": BOUNDARY}),
            ("iam:PassRole", THEIR_ROLE, {"iam:PassedToService": "lambda.amazonaws.com"}),
        ],
        [
            ("ec2:RunInstances", INSTANCE),
            ("iam:CreateRole", THEIR_ROLE),
            ("iam:CreateRole", ROLE, {"iam:PermissionsBoundary": BOUNDARY}),
            ("iam:PassRole", ROLE, {"iam:PassedToService": "lambda.amazonaws.com"}),
            ("iam:DeleteRolePermissionsBoundary", THEIR_ROLE),
            ("iam:CreatePolicyVersion", BOUNDARY),
            ("iam:UpdateAssumeRolePolicy", THEIR_ROLE),
        ],
        {"services": "s3 lambda", "boundary": "dev-boundary", "path": "developers", "service": "lambda.amazonaws.com"},
    ),
)

# Of templates that only deny: beside a policy that allows everything, what is denied and what isn't.
DENIED_BESIDE_ALL: Mapping[str, tuple[Sequence[Asked], Sequence[Asked]]] = {
    "require-mfa": (
        [
            ("s3:GetObject", "arn:aws:s3:::a/b"),
            ("s3:GetObject", "arn:aws:s3:::a/b", {"aws:MultiFactorAuthPresent": "false"}),
            ("iam:DeactivateMFADevice", DANA),
        ],
        [
            ("s3:GetObject", "arn:aws:s3:::a/b", {"aws:MultiFactorAuthPresent": "true"}),
            ("iam:EnableMFADevice", DANA),
            ("iam:ChangePassword", DANA),
        ],
    ),
    "deny-other-regions": (
        [("ec2:RunInstances", INSTANCE, {"aws:RequestedRegion": "us-east-1"})],
        [
            ("ec2:RunInstances", INSTANCE, {"aws:RequestedRegion": "eu-north-1"}),
            ("iam:GetUser", DANA, {"aws:RequestedRegion": "us-east-1"}),
        ],
    ),
}
