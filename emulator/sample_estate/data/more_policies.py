"""The rest of Acme's customer managed policies: those of single services and teams."""

from __future__ import annotations

from emulator.sample_estate.data.documents import WITH_MFA, allow, arn, bucket, deny, document
from emulator.sample_estate.data.kinds import Policy, Version

_ORDERS = [arn("dynamodb", "table/orders"), arn("dynamodb", "table/orders/index/*")]
_PAYROLL = [arn("s3", "acme-payroll"), bucket("acme-payroll")]

SERVICES = (
    Policy(
        "orders-table-write",
        description="Read and write orders",
        path="/service/",
        tags={"team": "shop"},
        versions=(
            Version("2022-02-11 13:03", document(allow("Orders", "dynamodb:*", _ORDERS))),
            Version(
                "2024-07-22 09:35",
                document(
                    allow(
                        "Orders",
                        "dynamodb:GetItem dynamodb:BatchGetItem dynamodb:Query dynamodb:PutItem dynamodb:UpdateItem "
                        "dynamodb:DeleteItem dynamodb:BatchWriteItem dynamodb:ConditionCheckItem",
                        _ORDERS,
                    )
                ),
            ),
        ),
    ),
    Policy(
        "orders-queue",
        description="Take orders from the queue",
        path="/service/",
        tags={"team": "shop"},
        versions=(
            Version(
                "2022-02-11 13:20",
                document(
                    allow(
                        "Orders",
                        "sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:SendMessage",
                        arn("sqs", "orders"),
                    )
                ),
            ),
        ),
    ),
    Policy(
        "invoices-write",
        description="Render invoices into their bucket",
        path="/service/",
        tags={"team": "shop"},
        versions=(
            Version(
                "2023-10-16 10:55",
                document(
                    allow("ReadTemplates", "s3:GetObject", bucket("acme-invoices", "templates/*")),
                    allow("WriteInvoices", "s3:PutObject", bucket("acme-invoices", "rendered/*")),
                    indent=2,
                ),
            ),
        ),
    ),
    Policy(
        "schedule-invoke",
        description="Let the scheduler start the nightly export",
        path="/service/",
        versions=(
            Version(
                "2024-05-17 14:02",
                document(allow("Start", "lambda:InvokeFunction", arn("lambda", "function:reports-exporter")), indent=2),
            ),
        ),
    ),
    Policy(
        "backup-restore",
        description="Restore tables and buckets from backups",
        tags={"team": "platform"},
        versions=(
            Version(
                "2023-06-27 16:48",
                document(
                    allow("SeeBackups", "backup:List* backup:Describe* backup:Get*"),
                    allow("Restore", "backup:StartRestoreJob dynamodb:RestoreTableFromBackup", when=WITH_MFA),
                ),
            ),
        ),
    ),
)

TEAMS = (
    Policy(
        "analytics-query",
        description="Query the data lake",
        tags={"team": "analytics"},
        versions=(
            Version("2021-09-14 12:12", document(allow("Query", "athena:* glue:* s3:Get* s3:List*"))),
            Version("2022-11-02 10:10", document(allow("Query", "athena:* glue:Get* s3:Get* s3:List*"))),
            Version(
                "2025-03-03 11:46",
                document(
                    allow("Query", "athena:StartQueryExecution athena:Get* athena:List* glue:Get*"),
                    allow("ReadLake", "s3:GetObject s3:ListBucket", [arn("s3", "acme-lake"), bucket("acme-lake")]),
                    allow("KeepResults", "s3:PutObject s3:GetObject", bucket("acme-lake-results")),
                ),
            ),
        ),
    ),
    Policy(
        "finance-cost",
        description="See what AWS costs",
        tags={"team": "finance"},
        versions=(
            Version("2021-04-20 09:33", document(allow("Costs", "ce:Get* ce:List* budgets:ViewBudget cur:Describe*"))),
        ),
    ),
    Policy(
        "payroll-read",
        description="Read payroll, with MFA",
        tags={"team": "finance", "data": "payroll"},
        versions=(
            Version(
                "2023-12-05 14:14",
                document(allow("ReadPayroll", "s3:GetObject s3:ListBucket", _PAYROLL, when=WITH_MFA)),
            ),
        ),
    ),
    Policy(
        "support-tickets",
        description="Answer tickets: look, don't touch",
        tags={"team": "support"},
        versions=(
            Version(
                "2022-05-09 08:00",
                document(
                    allow("Look", "dynamodb:GetItem dynamodb:Query", arn("dynamodb", "table/orders")),
                    allow("Tickets", "support:*"),
                    deny("NoExports", "dynamodb:Scan dynamodb:ExportTableToPointInTime"),
                ),
            ),
        ),
    ),
    Policy(
        "auditors-extra",
        description="What SecurityAudit lacks",
        tags={"team": "audit"},
        versions=(
            Version(
                "2022-07-18 13:57",
                document(
                    allow(
                        "Reports", "iam:GenerateCredentialReport iam:GetCredentialReport iam:SimulatePrincipalPolicy"
                    ),
                    allow("Trails", "cloudtrail:LookupEvents cloudtrail:Get* cloudtrail:Describe*"),
                ),
            ),
        ),
    ),
    Policy(
        "tagged-read",
        description="Read what belongs to one's own project",
        tags={"kind": "abac"},
        versions=(
            Version(
                "2025-08-25 15:21",
                document(
                    allow(
                        "ByProject",
                        "s3:GetObject",
                        bucket("acme-projects"),
                        when={"StringEquals": {"s3:ExistingObjectTag/project": "${aws:PrincipalTag/project}"}},
                    )
                ),
            ),
        ),
    ),
    Policy(
        "vendor-monitoring",
        description="What the monitoring vendor may read",
        path="/vendor/",
        versions=(
            Version(
                "2024-02-12 10:03",
                document(allow("Metrics", "cloudwatch:Get* cloudwatch:List* ec2:Describe* tag:GetResources")),
            ),
        ),
    ),
    Policy(
        "temp-full-access",
        description="TEMPORARY, incident 4411",
        versions=(Version("2025-10-02 02:41", document(allow("Everything", "*"))),),
    ),
)
