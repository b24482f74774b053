"""The table of kinds of resources whose policies are mirrored: one entry a kind (resources/table/entry.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resources.table import anywhere, computing, keys, messages, s3, stacks, storing
from resources.table.entry import ResourceKind

KINDS: Mapping[str, ResourceKind] = {
    kind.kind: kind
    for kind in (
        *s3.KINDS,
        *keys.KINDS,
        *messages.KINDS,
        *computing.KINDS,
        *storing.KINDS,
        *anywhere.KINDS,
        *stacks.KINDS,
    )
}


@dataclass(frozen=True)
class Service:
    """What is switched on and off together. A global one is read in one place, ""."""

    name: str
    title: str
    kinds: tuple[ResourceKind, ...]

    @property
    def regional(self) -> bool:
        return self.kinds[0].regional


_TITLES = {
    "s3": "S3 buckets",
    "s3-access-points": "S3 access points",
    "kms": "KMS keys",
    "sqs": "SQS queues",
    "sns": "SNS topics",
    "lambda": "Lambda functions and layers",
    "secretsmanager": "Secrets Manager secrets",
    "dynamodb": "DynamoDB tables",
    "ecr": "ECR repositories",
    "events": "EventBridge buses",
    "logs": "CloudWatch Logs resource policies",
    "efs": "EFS file systems",
    "backup": "Backup vaults",
    "apigateway": "API Gateway REST APIs",
    "vpc-endpoints": "VPC endpoints",
    "rolesanywhere": "IAM Roles Anywhere",
    "cloudformation": "CloudFormation stacks",
}
SERVICES: Mapping[str, Service] = {
    name: Service(name, title, tuple(kind for kind in KINDS.values() if kind.service == name))
    for name, title in _TITLES.items()
}
