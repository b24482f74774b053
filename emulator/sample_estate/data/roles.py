"""Roles of Acme, but for those of the console itself."""

from __future__ import annotations

from emulator.sample_estate.data.account_ids import SECURITY_ID, STAGING_ID
from emulator.sample_estate.data.documents import (
    ROOT,
    WITH_MFA,
    allow,
    arn,
    bucket,
    document,
    root,
    trust,
    trust_service,
)
from emulator.sample_estate.data.kinds import Role
from emulator.wellknown import ACCOUNT_ID

_GITHUB = "token.actions.githubusercontent.com"
GITHUB_PROVIDER = f"https://{_GITHUB}"
_GITHUB_PRINCIPAL = {"Federated": arn("iam", f"oidc-provider/{_GITHUB}")}
_WITH_GITHUB = "sts:AssumeRoleWithWebIdentity"
_IDENTITY_CENTER = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_"
_OWN_ACCOUNT = {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}}
_LAMBDA_LOGS = "service-role/AWSLambdaBasicExecutionRole"
# Who is gone, but still trusted by the role `old-migration`.
LEAVER = "ivan.petrov"
LEAVER_CREATED, LEAVER_DELETED = "2019-09-02 09:00", "2024-02-29 17:00"

FUNCTIONS = (
    Role(
        "reports-exporter",
        "2022-03-02 10:00",
        trust_service("lambda"),
        description="Lambda: exports the nightly reports to S3",
        tags={"team": "platform", "tier": "production"},
        attached=(_LAMBDA_LOGS, "reports-write", "kms-reports"),
        inline={
            "payroll-summary": document(
                allow("ReadPayroll", "s3:GetObject", bucket("acme-payroll", "summaries/*")), indent=2
            )
        },
        last_used="2026-11-24 02:00",
    ),
    Role(
        "orders-api",
        "2022-02-11 13:30",
        trust_service("lambda"),
        description="Lambda: the orders API, on DynamoDB",
        tags={"team": "shop", "tier": "production"},
        attached=("service/lambda-logs", "service/orders-table-write", "service/orders-queue"),
        last_used="2026-11-24 17:59",
    ),
    Role(
        "invoice-renderer",
        "2023-10-16 11:00",
        trust_service("lambda"),
        description="Lambda: renders invoices to S3",
        tags={"team": "shop"},
        attached=(_LAMBDA_LOGS, "service/invoices-write"),
        last_used="2026-11-24 16:30",
    ),
    Role(
        "thumbnailer",
        "2021-07-05 08:30",
        trust_service("lambda"),
        description="Lambda: thumbnails of product pictures",
        tags={"team": "shop"},
        attached=("service/lambda-logs",),
        inline={"pictures": document(allow("Pictures", "s3:GetObject s3:PutObject", bucket("acme-public", "img/*")))},
        last_used="2026-11-23 21:14",
    ),
    Role(
        "ops-automation",
        "2021-12-13 18:40",
        trust_service("lambda"),
        description="Lambda: whatever operations need",
        tags={"team": "platform"},
        attached=("AdministratorAccess",),
        last_used="2026-08-19 04:44",
    ),
    Role(
        "nightly-report-schedule",
        "2024-05-17 14:10",
        trust_service(
            "scheduler",
            when=_OWN_ACCOUNT | {"ArnEquals": {"aws:SourceArn": arn("scheduler", "schedule-group/reports")}},
        ),
        description="EventBridge Scheduler: starts reports-exporter every night at 2",
        tags={"team": "platform"},
        attached=("service/schedule-invoke",),
        last_used="2026-11-24 02:00",
    ),
    Role(
        "apigw-invoke-orders",
        "2022-02-11 14:00",
        trust_service("apigateway"),
        description="API Gateway: invokes the orders API",
        tags={"team": "shop"},
        inline={
            "invoke": document(allow("Invoke", "lambda:InvokeFunction", arn("lambda", "function:orders-api")), indent=2)
        },
        last_used="2026-11-24 17:59",
    ),
    Role(
        "apigw-logs",
        "2022-02-11 14:10",
        trust_service("apigateway"),
        description="API Gateway: access logs",
        attached=("service-role/AmazonAPIGatewayPushToCloudWatchLogs",),
        last_used="2026-11-24 17:59",
    ),
    Role(
        "orders-workflow",
        "2023-04-17 09:40",
        trust_service("states", when=_OWN_ACCOUNT),
        description="Step Functions: from order to invoice",
        tags={"team": "shop"},
        inline={
            "steps": document(
                allow(
                    "Steps",
                    "lambda:InvokeFunction",
                    [arn("lambda", "function:orders-api"), arn("lambda", "function:invoice-renderer")],
                )
            )
        },
        last_used="2026-11-24 17:31",
    ),
)

MACHINES = (
    Role(
        "web-server",
        "2020-04-14 10:00",
        trust_service("ec2"),
        description="EC2: the shop's web servers",
        tags={"team": "shop", "tier": "production"},
        attached=("AmazonSSMManagedInstanceCore", "AmazonS3ReadOnlyAccess"),
        instance_profile=True,
        last_used="2026-11-24 17:58",
    ),
    Role(
        "bastion",
        "2019-05-20 09:00",
        trust_service("ec2"),
        description="EC2: the way in at night",
        attached=("AmazonSSMManagedInstanceCore",),
        inline={"keys": document(allow("Keys", "ec2-instance-connect:SendSSHPublicKey ec2:DescribeInstances"))},
        instance_profile=True,
        last_used="2026-10-02 03:12",
    ),
    Role(
        "orders-task",
        "2023-04-17 10:00",
        trust_service("ecs-tasks", when=_OWN_ACCOUNT),
        description="ECS: the order workers",
        tags={"team": "shop"},
        attached=("service/orders-table-write", "service/orders-queue"),
        last_used="2026-11-24 17:57",
    ),
    Role(
        "ecs-execution",
        "2023-04-17 10:05",
        trust_service("ecs-tasks"),
        description="ECS: pulls images, writes logs",
        attached=("service-role/AmazonECSTaskExecutionRolePolicy",),
        last_used="2026-11-24 12:00",
    ),
    Role(
        "image-build",
        "2025-06-12 14:40",
        trust_service("codebuild", when=_OWN_ACCOUNT),
        description="CodeBuild: images of the services",
        path="/ci/",
        attached=("deploy-ecr",),
        inline={"logs": document(allow("Logs", "logs:CreateLogStream logs:PutLogEvents", arn("logs", "*")), indent=2)},
        last_used="2026-11-24 11:20",
    ),
    Role(
        "lake-crawler",
        "2021-09-14 13:00",
        trust_service("glue"),
        description="Glue: crawls the data lake",
        tags={"team": "analytics"},
        attached=("service-role/AWSGlueServiceRole",),
        inline={"lake": document(allow("Lake", "s3:GetObject s3:PutObject", bucket("acme-lake")))},
        last_used="2026-11-24 04:10",
    ),
    Role(
        "notebooks",
        "2024-09-02 12:30",
        trust_service("sagemaker"),
        description="SageMaker: notebooks of the data scientists",
        tags={"team": "science"},
        attached=("AmazonSageMakerFullAccess",),
        boundary="boundaries/data-science",
        last_used="2026-11-20 15:00",
    ),
    Role(
        "backups",
        "2023-06-27 16:00",
        trust_service("backup"),
        description="AWS Backup",
        path="/service-role/",
        attached=("service-role/AWSBackupServiceRolePolicyForBackup",),
        last_used="2026-11-24 02:00",
    ),
    Role(
        "stack-execution",
        "2020-08-24 11:00",
        trust_service("cloudformation"),
        description="CloudFormation: builds every stack",
        attached=("AdministratorAccess",),
        last_used="2025-03-28 16:00",
    ),
)

DELIVERY = (
    Role(
        "github-deploy",
        "2024-03-18 10:00",
        trust(
            _GITHUB_PRINCIPAL,
            _WITH_GITHUB,
            when={
                "StringEquals": {f"{_GITHUB}:aud": "sts.amazonaws.com"},
                "StringLike": {f"{_GITHUB}:sub": "repo:acme-shop/storefront:ref:refs/heads/main"},
            },
        ),
        description="GitHub Actions: deploys the storefront from main",
        path="/ci/",
        tags={"team": "platform"},
        attached=("ci-deploy", "deploy-ecr"),
        last_used="2026-11-24 15:45",
    ),
    Role(
        "github-plan",
        "2024-03-18 10:20",
        # Any branch of any repository: a pull request is enough.
        trust(_GITHUB_PRINCIPAL, _WITH_GITHUB, when={"StringLike": {f"{_GITHUB}:sub": "repo:acme-shop/*"}}),
        description="GitHub Actions: plans infrastructure on pull requests",
        path="/ci/",
        tags={"team": "platform"},
        attached=("ReadOnlyAccess",),
        last_used="2026-11-24 17:20",
    ),
    Role(
        "deploy-eu",
        "2021-11-09 15:00",
        trust({"AWS": [ROOT, arn("iam", "user/service/ci-builder")]}),
        description="Deploys to Europe",
        tags={"team": "platform"},
        attached=("AmazonEC2ContainerRegistryPowerUser", "ci-deploy"),
        inline={"next": document(allow("Export", "sts:AssumeRole", arn("iam", "role/reports-exporter")))},
        longest_session_s=14_400,
        last_used="2026-11-24 14:12",
    ),
    Role(
        "deploy-us",
        "2022-09-12 15:00",
        trust({"AWS": ROOT}),
        description="Deploys to America",
        tags={"team": "platform"},
        attached=("AmazonEC2ContainerRegistryPowerUser", "eu-only"),
    ),
)

PEOPLE = (
    Role(
        "break-glass",
        "2020-06-15 10:00",
        trust(
            {"AWS": [arn("iam", "user/alice.meyer"), arn("iam", "user/tom.becker")]},
            when=WITH_MFA | {"NumericLessThan": {"aws:MultiFactorAuthAge": "900"}},
        ),
        description="For emergencies. Tell everybody.",
        attached=("AdministratorAccess",),
        last_used="2025-10-02 02:38",
    ),
    Role(
        "payroll-reader",
        "2023-12-05 14:20",
        trust({"AWS": ROOT}, when=WITH_MFA),
        description="Finance: reads payroll",
        tags={"team": "finance", "data": "payroll"},
        attached=("payroll-read",),
        last_used="2026-11-23 16:44",
    ),
    Role(
        "support-case",
        "2022-05-09 09:00",
        trust({"AWS": ROOT}, indent=2),
        description="Opens cases with AWS",
        attached=("AWSSupportAccess",),
        last_used="2026-07-07 10:10",
    ),
    Role(
        "old-migration",
        "2020-01-20 09:00",
        trust({"AWS": arn("iam", f"user/{LEAVER}")}),
        description="Moves data out of the old data centre",
        attached=("AmazonS3FullAccess", "AmazonRDSFullAccess"),
        last_used="2023-03-09 22:00",
    ),
)

VENDORS = (
    Role(
        "vendor-monitoring",
        "2024-02-12 10:10",
        trust({"AWS": "arn:aws:iam::444455556666:root"}, when={"StringEquals": {"sts:ExternalId": "acme-7f31c2"}}),
        description="The monitoring vendor reads metrics",
        path="/vendor/",
        attached=("vendor/vendor-monitoring",),
        last_used="2026-11-24 17:55",
    ),
    Role(
        "vendor-billing",
        "2021-04-21 09:00",
        # No external id: whoever else is the vendor's customer may ask it to come here.
        trust({"AWS": "arn:aws:iam::777788889999:root"}),
        description="The billing vendor reads costs",
        path="/vendor/",
        attached=("finance-cost", "job-function/Billing"),
        last_used="2026-11-01 06:00",
    ),
    Role(
        "partner-share",
        "2023-08-30 12:00",
        trust({"AWS": "arn:aws:iam::444455556666:role/acme-share"}, indent=2),
        description="A partner fetches what we publish for it",
        path="/vendor/",
        inline={
            "share": document(
                allow("Fetch", "s3:GetObject s3:ListBucket", [arn("s3", "acme-share"), bucket("acme-share")])
            )
        },
        last_used="2026-11-15 05:30",
    ),
    Role(
        "data-account-export",
        "2024-11-11 11:00",
        trust({"AWS": "arn:aws:iam::210987654321:root"}),
        description="Acme's data account copies the lake",
        inline={
            "copy": document(allow("Copy", "s3:GetObject s3:ListBucket", [arn("s3", "acme-lake"), bucket("acme-lake")]))
        },
        last_used="2026-11-24 03:00",
    ),
)

# From other AWS accounts of the organization.
ACROSS = (
    Role(
        "evidence-reader",
        "2022-07-18 15:10",
        trust(
            {"AWS": root(SECURITY_ID)},
            when={
                "ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{SECURITY_ID}:role/{_IDENTITY_CENTER}SecurityAudit_*"}
            },
        ),
        description="Auditors read what proves that payroll is right",
        path="/security/",
        tags={"team": "security", "data": "payroll"},
        inline={
            "evidence": document(
                allow("Read", "s3:GetObject s3:ListBucket", [arn("s3", "acme-payroll"), bucket("acme-payroll")])
            )
        },
        last_used="2026-11-19 10:20",
    ),
    Role(
        "inventory",
        "2022-07-18 15:45",
        trust({"AWS": arn("iam", "role/inventory", account_id=SECURITY_ID)}),
        description="Security sees what there is",
        path="/security/",
        tags={"team": "security"},
        attached=("SecurityAudit",),
        last_used="2026-11-24 01:30",
    ),
    Role(
        "staging-refresh",
        "2023-04-03 08:10",
        trust({"AWS": root(STAGING_ID)}),
        description="Staging fetches a copy of the reports",
        tags={"team": "platform"},
        attached=("reports-read",),
        last_used="2026-11-22 04:00",
    ),
)

SERVICE_LINKED = ("support.amazonaws.com", "trustedadvisor.amazonaws.com")
SERVICE_LINKED_CREATED = "2019-03-04 10:00"
