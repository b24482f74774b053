"""What is asked about a resource of each kind: an action that stands for reading, writing, and changing its policy.

The actions: Service Authorization Reference, by access level. Each is one action, and pages say which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resources.models import Resource

READ, WRITE, PERMISSIONS = "Read", "Write", "Permissions"


@dataclass(frozen=True)
class ReachQuestion:
    """`below`: what stands behind the resource's own ARN; with a *, something of it."""

    level: str
    action: str
    below: str = ""


_QUESTIONS: Mapping[str, tuple[ReachQuestion, ...]] = {
    "s3.bucket": (
        ReachQuestion(READ, "s3:GetObject", "/*"),
        ReachQuestion(WRITE, "s3:PutObject", "/*"),
        ReachQuestion(PERMISSIONS, "s3:PutBucketPolicy"),
    ),
    "s3.access_point": (ReachQuestion(READ, "s3:ListBucket"),),
    "kms.key": (
        ReachQuestion(READ, "kms:Decrypt"),
        ReachQuestion(WRITE, "kms:ScheduleKeyDeletion"),
        ReachQuestion(PERMISSIONS, "kms:PutKeyPolicy"),
    ),
    "secretsmanager.secret": (
        ReachQuestion(READ, "secretsmanager:GetSecretValue"),
        ReachQuestion(WRITE, "secretsmanager:PutSecretValue"),
        ReachQuestion(PERMISSIONS, "secretsmanager:PutResourcePolicy"),
    ),
    "sqs.queue": (
        ReachQuestion(READ, "sqs:ReceiveMessage"),
        ReachQuestion(WRITE, "sqs:SendMessage"),
        ReachQuestion(PERMISSIONS, "sqs:AddPermission"),
    ),
    "sns.topic": (
        ReachQuestion(READ, "sns:Subscribe"),
        ReachQuestion(WRITE, "sns:Publish"),
        ReachQuestion(PERMISSIONS, "sns:AddPermission"),
    ),
    "events.bus": (ReachQuestion(WRITE, "events:PutEvents"), ReachQuestion(PERMISSIONS, "events:PutPermission")),
    "lambda.function": (
        ReachQuestion(READ, "lambda:InvokeFunction"),
        ReachQuestion(WRITE, "lambda:UpdateFunctionCode"),
        ReachQuestion(PERMISSIONS, "lambda:AddPermission"),
    ),
    "ecr.repository": (
        ReachQuestion(READ, "ecr:BatchGetImage"),
        ReachQuestion(WRITE, "ecr:PutImage"),
        ReachQuestion(PERMISSIONS, "ecr:SetRepositoryPolicy"),
    ),
    "dynamodb.table": (
        ReachQuestion(READ, "dynamodb:GetItem"),
        ReachQuestion(WRITE, "dynamodb:PutItem"),
        ReachQuestion(PERMISSIONS, "dynamodb:PutResourcePolicy"),
    ),
    "efs.file_system": (
        ReachQuestion(READ, "elasticfilesystem:ClientMount"),
        ReachQuestion(WRITE, "elasticfilesystem:ClientWrite"),
        ReachQuestion(PERMISSIONS, "elasticfilesystem:PutFileSystemPolicy"),
    ),
    "backup.vault": (
        ReachQuestion(WRITE, "backup:CopyIntoBackupVault"),
        ReachQuestion(PERMISSIONS, "backup:PutBackupVaultAccessPolicy"),
    ),
    "apigateway.rest_api": (ReachQuestion(READ, "execute-api:Invoke", "/*"),),
}


def questions_about(resource: Resource) -> tuple[ReachQuestion, ...]:
    """None of what nobody gets to, such as a setting, or what limits others only, such as a VPC endpoint."""
    return _QUESTIONS.get(resource.kind, ()) if resource.arn else ()
