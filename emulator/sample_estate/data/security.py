"""Acme's AWS account for security: the organization's logs, and the ways from here into the others."""

from __future__ import annotations

from emulator.sample_estate.data.account_ids import (
    MANAGEMENT_ID,
    ORGANIZATION_ID,
    PRODUCTION_ID,
    SECURITY_ID,
)
from emulator.sample_estate.data.calls import By, PastCall
from emulator.sample_estate.data.documents import (
    Condition,
    allow,
    arn,
    bucket,
    deny,
    document,
    opened,
    root,
    tls_only,
    trust_service,
)
from emulator.sample_estate.data.kinds import Contents, Group, Policy, Resources, Role, SampleResource, User, Version

_OURS: Condition = {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION_ID}}
_SECURITY = {"team": "security"}
_EVERY_TRAIL: Condition = {
    "StringEquals": {"aws:SourceArn": arn("cloudtrail", "trail/organization", account_id=MANAGEMENT_ID)}
}
_LOGS = "AWSLogs/*"

CONTENTS = Contents(
    policies=(
        Policy(
            "inventory",
            description="See what there is, everywhere",
            tags=_SECURITY,
            versions=(
                Version(
                    "2022-07-18 15:30",
                    document(
                        allow("Everywhere", "sts:AssumeRole", "arn:aws:iam::*:role/security/inventory"),
                        allow("Organization", "organizations:Describe* organizations:List*"),
                        indent=2,
                    ),
                ),
            ),
        ),
        Policy(
            "keep-logs",
            description="Nobody deletes logs",
            tags=_SECURITY,
            versions=(
                Version(
                    "2021-03-15 11:00",
                    document(deny("Keep", "s3:DeleteObject s3:DeleteObjectVersion", bucket("acme-organization-trail"))),
                ),
            ),
        ),
    ),
    groups=(Group("analysts", "2021-03-15 11:10", attached=("SecurityAudit", "keep-logs")),),
    users=(
        User(
            "siem-export",
            "2021-03-15 11:20",
            path="/service/",
            tags={"kind": "service"},
            inline={"logs": document(allow("Read", "s3:GetObject", bucket("acme-organization-trail")))},
        ),
    ),
    roles=(
        Role(
            "inventory",
            "2022-07-18 15:40",
            trust_service("lambda"),
            description="Lambda: looks into each AWS account every night",
            tags=_SECURITY,
            attached=("service-role/AWSLambdaBasicExecutionRole", "inventory"),
            last_used="2026-11-24 01:30",
        ),
        Role(
            "close-findings",
            "2023-02-20 10:00",
            trust_service("lambda"),
            description="Lambda: closes what GuardDuty finds",
            tags=_SECURITY,
            inline={"close": document(allow("Close", "guardduty:ArchiveFindings guardduty:Get* guardduty:List*"))},
            last_used="2026-11-23 19:04",
        ),
    ),
)

RESOURCES = Resources(
    buckets=(
        SampleResource(
            "acme-organization-trail",
            "2021-03-15 10:30",
            document(
                opened(
                    "Trail",
                    {"Service": "cloudtrail.amazonaws.com"},
                    "s3:PutObject",
                    bucket("acme-organization-trail", _LOGS),
                    when=_EVERY_TRAIL,
                ),
                tls_only("acme-organization-trail"),
            ),
        ),
        # No condition says whose Config: that of a stranger may write here, too.
        SampleResource(
            "acme-config-history",
            "2021-03-15 10:45",
            document(
                opened(
                    "Config", {"Service": "config.amazonaws.com"}, "s3:PutObject", bucket("acme-config-history", _LOGS)
                )
            ),
        ),
    ),
    keys=(
        SampleResource(
            "organization-logs",
            "2021-03-15 10:20",
            document(
                opened("EnableIamPolicies", {"AWS": root(SECURITY_ID)}, "kms:*", "*"),
                opened("Organization", {"AWS": "*"}, "kms:GenerateDataKey* kms:Decrypt", "*", when=_OURS),
            ),
        ),
    ),
    queues=(
        SampleResource(
            "findings",
            "2023-02-20 10:20",
            document(
                opened(
                    "FromUs",
                    {"AWS": "*"},
                    "sqs:SendMessage",
                    arn("sqs", "findings", account_id=SECURITY_ID),
                    when=_OURS,
                )
            ),
        ),
    ),
    topics=(
        SampleResource(
            "alarms",
            "2021-03-15 12:00",
            document(
                opened(
                    "Production",
                    {"AWS": root(PRODUCTION_ID)},
                    "sns:Publish",
                    arn("sns", "alarms", account_id=SECURITY_ID),
                )
            ),
        ),
    ),
)

_ZOE = By(role="AWSReservedSSO_SecurityAudit", session="zoe.dubois@acme.example", address="198.51.100.12")
_MAYA = By(role="AWSReservedSSO_AdministratorAccess", session="maya.rao@acme.example")
CALLS = (
    PastCall(
        "2026-11-05 14:02",
        _MAYA,
        "PutRolePolicy",
        {"roleName": "close-findings", "policyName": "close"},
        (("AWS::IAM::Role", "close-findings"),),
    ),
    PastCall(
        "2026-11-19 09:47",
        _ZOE,
        "ListFindings",
        {},
        reads=True,
        source="guardduty.amazonaws.com",
        region="eu-west-1",
    ),
    PastCall(
        "2026-11-19 09:55",
        _ZOE,
        "DeleteBucketPolicy",
        {"bucketName": "acme-config-history"},
        (("AWS::S3::Bucket", "acme-config-history"),),
        "AccessDenied",
        source="s3.amazonaws.com",
        region="eu-west-1",
    ),
)
