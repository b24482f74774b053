"""Customer managed policies of Acme."""

from __future__ import annotations

from emulator.sample_estate.data.documents import OFFICE, allow, arn, bucket, deny, document
from emulator.sample_estate.data.kinds import Policy, Version
from emulator.wellknown import ACCOUNT_ID

_OWN_USER = f"arn:aws:iam::{ACCOUNT_ID}:user/*/${{aws:username}}"
_LAMBDA_LOGS = arn("logs", "log-group:/aws/lambda/*")
_FROM_OFFICE = {"IpAddress": {"aws:SourceIp": OFFICE}}
_ONE_POLICY_WORK = "iam:CreatePolicyVersion iam:SetDefaultPolicyVersion iam:DeletePolicyVersion"

REPORTS = (
    Policy(
        "reports-write",
        description="Write the nightly reports",
        tags={"team": "platform", "data": "reports"},
        versions=(
            Version("2022-03-02 09:14", document(allow("WriteReports", "s3:*", bucket("acme-reports")))),
            Version(
                "2022-06-21 15:40",
                document(allow("WriteReports", "s3:GetObject s3:PutObject s3:DeleteObject", bucket("acme-reports"))),
            ),
            Version(
                "2023-02-08 10:02",
                document(
                    allow("WriteReports", "s3:GetObject s3:PutObject s3:DeleteObject", bucket("acme-reports")),
                    allow("Notify", "sns:Publish", arn("sns", "reports-old")),
                ),
            ),
            Version(
                "2024-05-17 13:31",
                document(
                    allow("WriteReports", "s3:GetObject s3:PutObject s3:DeleteObject", bucket("acme-reports")),
                    allow("Notify", "sns:Publish", arn("sns", "reports")),
                ),
            ),
            Version(
                "2026-05-11 08:47",
                document(
                    allow(
                        "WriteReports",
                        "s3:GetObject s3:PutObject s3:DeleteObject",
                        bucket("acme-reports"),
                        when=_FROM_OFFICE,
                    ),
                    allow("Notify", "sns:Publish", arn("sns", "reports")),
                ),
            ),
        ),
    ),
    Policy(
        "reports-read",
        description="Read the nightly reports",
        tags={"team": "platform", "data": "reports"},
        versions=(
            Version(
                "2022-03-02 09:21",
                document(allow("ReadReports", "s3:GetObject", bucket("acme-reports")), indent=2),
            ),
            Version(
                "2023-09-04 11:18",
                document(
                    allow("ListReports", "s3:ListBucket", arn("s3", "acme-reports")),
                    allow("ReadReports", "s3:GetObject s3:GetObjectVersion", bucket("acme-reports")),
                    indent=2,
                ),
            ),
        ),
    ),
    Policy(
        "reports-notify",
        description="Tell subscribers that a report is there",
        tags={"team": "platform"},
        versions=(
            Version("2024-05-17 13:35", document(allow("Notify", "sns:Publish", arn("sns", "reports")), indent=2)),
        ),
    ),
    Policy(
        "kms-reports",
        description="Use the key of the report buckets",
        tags={"data": "reports"},
        versions=(
            Version(
                "2023-02-08 10:20",
                document(
                    allow(
                        "UseReportsKey",
                        "kms:Decrypt kms:GenerateDataKey",
                        arn("kms", "key/7d0f8f5c-2a41-4c39-9a1e-1f6c0f5b2f11"),
                        when={"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}},
                    )
                ),
            ),
        ),
    ),
)

PLATFORM = (
    Policy(
        "platform-tools",
        description="What the platform team needs every day",
        tags={"team": "platform"},
        versions=(
            Version(
                "2021-11-09 14:05",
                document(allow("Compute", "ec2:Describe* ec2:StartInstances ec2:StopInstances"), indent=2),
            ),
            Version(
                "2023-03-30 16:22",
                document(
                    allow("Compute", "ec2:Describe* ec2:StartInstances ec2:StopInstances ec2:RebootInstances"),
                    allow("Logs", "logs:Get* logs:Describe* logs:FilterLogEvents logs:StartQuery"),
                    indent=2,
                ),
            ),
            Version(
                "2025-01-20 09:58",
                document(
                    allow("Compute", "ec2:Describe* ec2:StartInstances ec2:StopInstances ec2:RebootInstances"),
                    allow("Logs", "logs:Get* logs:Describe* logs:FilterLogEvents logs:StartQuery"),
                    # The way up: platform-tools itself matches.
                    allow("TunePolicies", _ONE_POLICY_WORK, arn("iam", "policy/platform-*")),
                    allow("LookAround", "iam:Get* iam:List*"),
                    indent=2,
                ),
            ),
        ),
    ),
    Policy(
        "engineers",
        description="Permissions boundary of engineers",
        path="/boundaries/",
        tags={"kind": "boundary"},
        versions=(
            Version(
                "2023-01-10 08:30",
                document(
                    allow("AllowDataServices", "s3:* dynamodb:* sns:* sqs:* kms:* logs:* cloudwatch:*"),
                    allow("AllowCompute", "ec2:* lambda:* ecs:* ecr:*"),
                ),
            ),
            Version(
                "2024-01-15 10:44",
                document(
                    allow("AllowDataServices", "s3:* dynamodb:* sns:* sqs:* kms:* logs:* cloudwatch:*"),
                    allow("AllowCompute", "ec2:* lambda:* ecs:* ecr:* ssm:* states:* scheduler:*"),
                    allow("AllowAssumingRoles", "sts:AssumeRole", arn("iam", "role/*")),
                    allow("AllowPolicyWork", f"iam:Get* iam:List* {_ONE_POLICY_WORK}"),
                    # Meant for passwords and keys; it lets them take this boundary off themselves.
                    allow("AllowOwnUser", "iam:*", _OWN_USER),
                    deny("ProtectAudit", "cloudtrail:StopLogging cloudtrail:DeleteTrail"),
                ),
            ),
        ),
    ),
    Policy(
        "data-science",
        description="Permissions boundary of data scientists",
        path="/boundaries/",
        tags={"kind": "boundary"},
        versions=(
            Version(
                "2024-09-02 12:00",
                document(
                    allow("AllowAnalytics", "athena:* glue:Get* sagemaker:* cloudwatch:Get* logs:Get*"),
                    allow("AllowScienceBuckets", "s3:*", [arn("s3", "acme-science-*"), bucket("acme-science-*")]),
                    deny("NoPayroll", "s3:*", [arn("s3", "acme-payroll"), bucket("acme-payroll")]),
                ),
            ),
        ),
    ),
    Policy(
        "oncall-restart",
        description="Restart what is stuck at night",
        tags={"team": "platform"},
        versions=(
            Version("2022-10-03 21:17", document(allow("Restart", "ec2:RebootInstances ecs:UpdateService"))),
            Version(
                "2024-11-28 03:52",
                document(
                    allow(
                        "Restart",
                        "ec2:RebootInstances ecs:UpdateService lambda:UpdateFunctionConfiguration",
                        when={"StringEquals": {"aws:ResourceTag/tier": "production"}},
                    ),
                    allow("SeeAlarms", "cloudwatch:Describe* cloudwatch:Get* cloudwatch:SetAlarmState"),
                ),
            ),
        ),
    ),
    Policy(
        "eu-only",
        description="Nothing outside Europe",
        versions=(
            Version(
                "2022-01-19 11:11",
                document(
                    deny(
                        "OutsideEurope",
                        "not iam:* sts:* support:* route53:* cloudfront:* organizations:*",
                        when={"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
                    )
                ),
            ),
        ),
    ),
    Policy(
        "self-service",
        description="Own password, keys and MFA; nothing else without MFA",
        versions=(
            Version("2021-02-24 15:00", document(allow("OwnCredentials", "iam:*AccessKey* iam:*Password", _OWN_USER))),
            Version(
                "2023-05-31 09:09",
                document(
                    allow("SeeOwnAccount", "iam:GetAccountPasswordPolicy iam:ListVirtualMFADevices"),
                    allow(
                        "OwnCredentials",
                        "iam:ChangePassword iam:GetUser iam:CreateAccessKey iam:DeleteAccessKey iam:ListAccessKeys "
                        "iam:UpdateAccessKey iam:EnableMFADevice iam:ListMFADevices iam:ResyncMFADevice",
                        _OWN_USER,
                    ),
                    allow("OwnMfaDevice", "iam:CreateVirtualMFADevice", arn("iam", "mfa/${aws:username}")),
                    deny(
                        "NothingElseWithoutMfa",
                        "not iam:ChangePassword iam:GetUser iam:CreateVirtualMFADevice iam:EnableMFADevice "
                        "iam:ListMFADevices iam:ListVirtualMFADevices iam:ResyncMFADevice sts:GetSessionToken",
                        when={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
                    ),
                ),
            ),
        ),
    ),
)

DELIVERY = (
    Policy(
        "ci-deploy",
        description="Deploy from the build server",
        tags={"team": "platform"},
        versions=(
            Version("2022-08-15 10:30", document(allow("Deploy", "lambda:UpdateFunctionCode"))),
            Version("2022-12-01 10:12", document(allow("Deploy", "lambda:UpdateFunctionCode lambda:PublishVersion"))),
            Version(
                "2023-01-13 17:49",
                document(
                    allow("Deploy", "lambda:CreateFunction lambda:UpdateFunctionCode lambda:PublishVersion"),
                    # The other way up: any role, to any service.
                    allow("PassAny", "iam:PassRole"),
                ),
            ),
            Version(
                "2024-04-09 09:27",
                document(
                    allow(
                        "Deploy",
                        "lambda:CreateFunction lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration "
                        "lambda:PublishVersion lambda:InvokeFunction lambda:Get* lambda:List*",
                    ),
                    allow("Images", "ecr:GetAuthorizationToken ecr:BatchGetImage ecr:PutImage ecr:UploadLayerPart"),
                    allow("PassAny", "iam:PassRole"),
                ),
            ),
        ),
    ),
    Policy(
        "ci-artifacts",
        description="Keep what the builds make",
        tags={"team": "platform"},
        versions=(
            Version(
                "2022-08-15 10:41",
                document(
                    allow("Artifacts", "s3:GetObject s3:PutObject", bucket("acme-artifacts")),
                    allow("List", "s3:ListBucket", arn("s3", "acme-artifacts")),
                    indent=2,
                ),
            ),
        ),
    ),
    Policy(
        "deploy-ecr",
        description="Push images of the services",
        tags={"team": "platform"},
        versions=(
            Version(
                "2025-06-12 14:26",
                document(
                    allow("Login", "ecr:GetAuthorizationToken"),
                    allow(
                        "Push",
                        "ecr:BatchCheckLayerAvailability ecr:InitiateLayerUpload ecr:UploadLayerPart "
                        "ecr:CompleteLayerUpload ecr:PutImage",
                        arn("ecr", "repository/acme/*"),
                    ),
                ),
            ),
        ),
    ),
    Policy(
        "lambda-logs",
        description="Write the log of one's own function",
        path="/service/",
        versions=(
            Version(
                "2021-07-05 08:15",
                document(allow("Log", "logs:CreateLogStream logs:PutLogEvents", f"{_LAMBDA_LOGS}:*"), indent=2),
            ),
        ),
    ),
)
