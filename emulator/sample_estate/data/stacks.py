"""What of Acme CloudFormation owns: the export of reports, which its people took over into a stack."""

from __future__ import annotations

from emulator.sample_estate.data.documents import REGION, arn
from emulator.wellknown import ACCOUNT_ID

NAME = "reports-export"
CREATED = "2025-02-11 10:20"
DESCRIPTION = "Exports reports every night"
# Its logical id, its type, the property of the type that identifies it, and the value of that.
RESOURCES = (
    ("ExporterRole", "AWS::IAM::Role", "RoleName", "reports-exporter"),
    ("ScheduleRole", "AWS::IAM::Role", "RoleName", "nightly-report-schedule"),
    ("Bucket", "AWS::S3::Bucket", "BucketName", "acme-reports"),
    ("Topic", "AWS::SNS::Topic", "TopicArn", arn("sns", "reports")),
    (
        "Events",
        "AWS::SQS::Queue",
        "QueueUrl",
        f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT_ID}/report-events",
    ),
)
