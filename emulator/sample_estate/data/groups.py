"""Groups of Acme."""

from __future__ import annotations

from emulator.sample_estate.data.documents import allow, arn, bucket, document
from emulator.sample_estate.data.kinds import Group

GROUPS = (
    Group("administrators", "2019-03-04 10:20", attached=("AdministratorAccess",)),
    Group(
        "platform",
        "2021-11-09 14:00",
        path="/engineering/",
        attached=("reports-write", "kms-reports", "self-service"),
        inline={
            "deploy-eu": document(
                allow("Assume", "sts:AssumeRole", [arn("iam", "role/deploy-eu"), arn("iam", "role/deploy-us")])
            ),
            "own-buckets": document(allow("Scratch", "s3:*", bucket("acme-scratch", "${aws:username}/*")), indent=2),
        },
    ),
    Group("oncall", "2022-10-03 21:10", path="/engineering/", attached=("oncall-restart", "CloudWatchReadOnlyAccess")),
    Group("analytics", "2021-09-14 12:00", attached=("analytics-query", "reports-write", "self-service")),
    Group(
        "finance",
        "2021-04-20 09:30",
        attached=("finance-cost", "self-service"),
        inline={"payroll": document(allow("AssumeReader", "sts:AssumeRole", arn("iam", "role/payroll-reader")))},
    ),
    Group("data-science", "2024-09-02 11:50", path="/engineering/", attached=("analytics-query", "AmazonS3FullAccess")),
    Group("support", "2022-05-09 07:50", attached=("support-tickets", "AmazonS3ReadOnlyAccess", "self-service")),
    Group("auditors", "2022-07-18 13:50", attached=("SecurityAudit", "auditors-extra", "ReadOnlyAccess")),
    Group("ci", "2022-08-15 10:20", path="/service/", attached=("ci-deploy", "ci-artifacts")),
)
