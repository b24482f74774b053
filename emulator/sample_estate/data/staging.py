"""Acme's second workload: where what goes to production is tried before. With faults to find."""

from __future__ import annotations

from emulator.sample_estate.data.account_ids import PRODUCTION_ID, STAGING_ID
from emulator.sample_estate.data.calls import CLI, By, PastCall
from emulator.sample_estate.data.documents import (
    OFFICE,
    allow,
    arn,
    bucket,
    deny,
    document,
    opened,
    root,
    tls_only,
    trust,
    trust_service,
)
from emulator.sample_estate.data.kinds import (
    Contents,
    Group,
    Key,
    Policy,
    Resources,
    Role,
    SampleResource,
    User,
    Version,
)

_SHOP, _PLATFORM = {"team": "shop"}, {"team": "platform"}
_DEPLOYER = arn("iam", "role/ci/github-deploy", account_id=PRODUCTION_ID)


def _here(service: str, resource: str) -> str:
    return arn(service, resource, account_id=STAGING_ID)


CONTENTS = Contents(
    policies=(
        Policy(
            "orders-table-write",
            description="Read and write orders",
            path="/service/",
            tags=_SHOP,
            versions=(
                Version("2022-02-10 09:10", document(allow("Orders", "dynamodb:*", _here("dynamodb", "table/*")))),
            ),
        ),
        Policy(
            "testers",
            description="Start tests, and look at what they did",
            tags=_SHOP,
            versions=(
                Version("2022-09-06 10:00", document(allow("Start", "lambda:InvokeFunction logs:Get* logs:Filter*"))),
                Version(
                    "2025-05-14 16:20",
                    document(
                        allow("Start", "lambda:InvokeFunction", _here("lambda", "function:test-*")),
                        allow("Look", "logs:Get* logs:Describe* logs:FilterLogEvents cloudwatch:GetMetricData"),
                        # Whoever may put a role on a function has the rights of the role.
                        allow("Arrange", "lambda:CreateFunction lambda:UpdateFunctionCode iam:PassRole"),
                        indent=2,
                    ),
                ),
            ),
        ),
        Policy(
            "boundary",
            description="Whatever a role here allows: nothing about users, and nothing of the trail",
            path="/boundaries/",
            versions=(
                Version(
                    "2023-11-08 13:00",
                    document(
                        allow("Most", "*"), deny("NoUsers", "iam:CreateUser iam:CreateAccessKey cloudtrail:Stop*")
                    ),
                ),
            ),
        ),
    ),
    groups=(Group("testers", "2022-09-06 10:05", attached=("testers",)),),
    users=(
        User(
            "load-test",
            "2022-09-06 10:30",
            path="/service/",
            groups=("testers",),
            tags={"kind": "service", "team": "shop"},
            keys=(Key("2022-09-06 10:32", "2026-11-21 02:14", service="lambda"),),
        ),
        User(
            "contractor.qa",
            "2025-02-17 09:00",
            groups=("testers",),
            tags=_SHOP,
            console_since="2025-02-17 09:02",
            signed_in="2025-08-29 15:40",
            keys=(Key("2025-02-17 09:10"),),
        ),
    ),
    roles=(
        Role(
            "deploy",
            "2024-03-18 11:00",
            trust({"AWS": _DEPLOYER}),
            description="Deploys here, before the same goes to production",
            path="/ci/",
            tags=_PLATFORM,
            attached=("AdministratorAccess",),
            boundary="boundaries/boundary",
            last_used="2026-11-24 15:31",
        ),
        Role(
            "orders-api",
            "2022-02-10 09:30",
            trust_service("lambda"),
            description="Lambda: the orders API",
            tags=_SHOP,
            attached=("service-role/AWSLambdaBasicExecutionRole", "service/orders-table-write"),
            last_used="2026-11-24 17:12",
        ),
        Role(
            "data-refresh",
            "2023-04-03 08:00",
            trust_service("lambda"),
            description="Lambda: fetches a copy of production's reports every week",
            tags=_PLATFORM,
            attached=("service-role/AWSLambdaBasicExecutionRole",),
            inline={
                "production": document(
                    allow("ComeIn", "sts:AssumeRole", arn("iam", "role/staging-refresh", account_id=PRODUCTION_ID))
                )
            },
            last_used="2026-11-22 04:00",
        ),
        Role(
            "test-runner",
            "2022-09-06 10:40",
            trust_service("codebuild"),
            description="CodeBuild: runs the tests of the shop",
            tags=_SHOP,
            attached=("PowerUserAccess",),
            last_used="2026-11-24 12:48",
        ),
        Role(
            "look-in",
            "2021-06-01 12:00",
            trust({"AWS": root(PRODUCTION_ID)}),
            description="Whoever works in production looks in here",
            attached=("ReadOnlyAccess",),
            last_used="2026-09-12 10:05",
        ),
    ),
)

RESOURCES = Resources(
    buckets=(
        SampleResource(
            "acme-staging-reports",
            "2022-03-07 09:00",
            document(
                opened(
                    "FromProduction",
                    {"AWS": arn("iam", "role/reports-exporter", account_id=PRODUCTION_ID)},
                    "s3:PutObject",
                    bucket("acme-staging-reports"),
                ),
                tls_only("acme-staging-reports"),
            ),
        ),
        SampleResource(
            "acme-staging-previews",
            "2024-06-03 14:30",
            document(
                opened(
                    "Office",
                    "*",
                    "s3:GetObject",
                    bucket("acme-staging-previews"),
                    when={"IpAddress": {"aws:SourceIp": OFFICE}},
                )
            ),
        ),
    ),
    keys=(
        SampleResource(
            "staging-reports",
            "2022-03-07 08:50",
            document(
                opened("EnableIamPolicies", {"AWS": root(STAGING_ID)}, "kms:*", "*"),
                opened("Production", {"AWS": root(PRODUCTION_ID)}, "kms:GenerateDataKey kms:Encrypt", "*"),
            ),
        ),
    ),
    queues=(SampleResource("orders", "2022-02-10 10:00"),),
    secrets=(
        SampleResource(
            "shop/test-database",
            "2022-02-10 10:10",
            document(opened("Deploy", {"AWS": _DEPLOYER}, "secretsmanager:GetSecretValue", "*")),
        ),
    ),
)

_DEPLOY = By(role="deploy", session="GitHubActions", begun_by=PRODUCTION_ID, address="192.0.2.140", agent=CLI)
_OLGA = By(role="AWSReservedSSO_AdministratorAccess", session="olga.petrova@acme.example", address="198.51.100.61")
_LOAD_TEST = By("load-test", address="192.0.2.77", agent=CLI)
CALLS = (
    PastCall(
        "2026-11-03 09:12",
        _OLGA,
        "AttachRolePolicy",
        {"roleName": "test-runner", "policyArn": "arn:aws:iam::aws:policy/PowerUserAccess"},
        (("AWS::IAM::Role", "test-runner"), ("AWS::IAM::Policy", "arn:aws:iam::aws:policy/PowerUserAccess")),
    ),
    PastCall(
        "2026-11-12 08:20",
        _LOAD_TEST,
        "PassRole",
        {"roleName": "deploy"},
        (("AWS::IAM::Role", "deploy"),),
        "AccessDenied",
    ),
    PastCall(
        "2026-11-24 15:31",
        _DEPLOY,
        "UpdateFunctionCode20150331v2",
        {"functionName": "orders-api"},
        source="lambda.amazonaws.com",
        region="eu-west-1",
    ),
)
