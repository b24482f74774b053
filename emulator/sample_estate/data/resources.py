"""Acme's buckets, keys, queues, topics and secrets: private, open to a partner, and one of some kinds open to all."""

from __future__ import annotations

from emulator.sample_estate.data.documents import PARTNER, ROOT, arn, bucket, document, opened, root, tls_only
from emulator.sample_estate.data.kinds import Resources, SampleResource
from emulator.wellknown import ACCOUNT_ID

_PARTNER_ROOT = {"AWS": root(PARTNER)}
_BUCKETS = (
    SampleResource(
        "acme-www",
        "2019-05-20 09:30",
        document(opened("Everybody", "*", "s3:GetObject", bucket("acme-www"))),
        is_open=True,
    ),
    SampleResource(
        "acme-share",
        "2023-08-30 14:10",
        document(
            opened(
                "Partner",
                _PARTNER_ROOT,
                "s3:GetObject s3:ListBucket",
                ["arn:aws:s3:::acme-share", bucket("acme-share")],
            ),
            tls_only("acme-share"),
        ),
    ),
    SampleResource("acme-reports", "2019-06-03 08:00", document(tls_only("acme-reports"))),
    SampleResource("acme-payroll", "2020-01-15 10:20", key="payroll"),
)
_KEYS = (
    SampleResource(
        "partner-exchange",
        "2023-08-30 14:25",
        document(
            opened("EnableIamPolicies", {"AWS": ROOT}, "kms:*", "*"),
            opened("Partner", _PARTNER_ROOT, "kms:Decrypt kms:DescribeKey", "*"),
        ),
    ),
    SampleResource("payroll", "2020-01-15 10:15", document(opened("EnableIamPolicies", {"AWS": ROOT}, "kms:*", "*"))),
)
_QUEUES = (
    SampleResource(
        "inbox", "2021-04-12 16:40", document(opened("Anybody", "*", "sqs:SendMessage", arn("sqs", "inbox")))
    ),
    SampleResource("orders", "2019-09-02 11:05"),
    SampleResource(
        "report-events",
        "2022-02-08 13:30",
        document(
            opened(
                "FromReports",
                {"Service": "sns.amazonaws.com"},
                "sqs:SendMessage",
                arn("sqs", "report-events"),
                when={"ArnEquals": {"aws:SourceArn": arn("sns", "reports")}},
            )
        ),
    ),
)
_TOPICS = (SampleResource("reports", "2022-02-08 13:20"),)
_SECRETS = (
    SampleResource("shop/database", "2021-03-01 09:00", key="payroll"),
    SampleResource(
        "partner/api-key",
        "2024-06-11 15:45",
        document(
            opened(
                "DeployOnly",
                {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:role/ci/github-deploy"},
                "secretsmanager:GetSecretValue",
                "*",
            )
        ),
    ),
)

_TABLES = (SampleResource("orders", "2019-09-02 11:00"), SampleResource("customers", "2020-02-10 09:20"))

RESOURCES = Resources(_BUCKETS, _KEYS, _QUEUES, _TOPICS, _SECRETS, _TABLES)
