"""Findings in Security Hub's format: "AWS Security Finding Format (ASFF)", AWS Security Hub User Guide.

A file for BatchImportFindings, which takes 100 at once, of the AWS account itself: its default product. Workflow, Note
and UserDefinedFields are left to those who work there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from findings.models import Finding
from findings.sources import rule_of

SCHEMA = "2018-10-08"
_TYPE = "Software and Configuration Checks/AWS Security Best Practices"
_LONGEST_TITLE, _LONGEST_DESCRIPTION, _LONGEST_TEXT = 256, 1024, 512
# "Resource types": of the kinds that ASFF has a name for.
_RESOURCES = {
    "iam.user": "AwsIamUser",
    "iam.group": "AwsIamGroup",
    "iam.role": "AwsIamRole",
    "iam.policy": "AwsIamPolicy",
    "iam.key": "AwsIamAccessKey",
    "iam.root": "AwsAccount",
    "iam.account": "AwsAccount",
    "s3.bucket": "AwsS3Bucket",
    "sqs.queue": "AwsSqsQueue",
    "sns.topic": "AwsSnsTopic",
    "kms.key": "AwsKmsKey",
    "secretsmanager.secret": "AwsSecretsManagerSecret",
    "lambda.function": "AwsLambdaFunction",
    "ecr.repository": "AwsEcrRepository",
    "efs.filesystem": "AwsEfsFileSystem",
}


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def finding(row: Finding, arn: str) -> Mapping[str, Any]:
    account, rule = row.aws_account, rule_of(row.rule)
    region = account.default_region
    product = f"arn:{account.partition}:securityhub:{region}:{account.account_id}:product/{account.account_id}/default"
    is_there = row.state in (Finding.State.OPEN, Finding.State.MUTED, Finding.State.ACCEPTED)
    resource_type = _RESOURCES.get(row.kind, "Other")
    return {
        "SchemaVersion": SCHEMA,
        "Id": f"{account.account_id}/{row.rule}/{row.fingerprint}",
        "ProductArn": product,
        "ProductName": "IAM Console",
        "CompanyName": "IAM Console",
        "GeneratorId": row.rule,
        "AwsAccountId": account.account_id,
        "Types": [_TYPE],
        "FirstObservedAt": _time(row.first_seen),
        "LastObservedAt": _time(row.last_seen),
        "CreatedAt": _time(row.first_seen),
        "UpdatedAt": _time(max(row.state_since, row.last_seen)),
        "Severity": {"Label": row.severity.upper()},
        "Title": f"{rule.name}: {row.name or row.object_id}"[:_LONGEST_TITLE],
        "Description": row.sentence[:_LONGEST_DESCRIPTION],
        "Resources": [
            {
                "Type": resource_type,
                "Id": f"AWS::::Account:{account.account_id}" if resource_type == "AwsAccount" else arn or row.object_id,
                "Partition": account.partition,
                "Region": row.region or region,
            }
        ],
        "RecordState": "ACTIVE" if is_there else "ARCHIVED",
        **({"Remediation": {"Recommendation": {"Text": rule.mend[:_LONGEST_TEXT]}}} if rule.mend else {}),
        "ProductFields": {"iamconsole/state": row.state, "iamconsole/unique_id": row.object_id},
    }
