"""Which resources with policies an event is about: by the member of the request that names them.

The source: the API References of the services, whose names records have with a small first letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from accounts.models import AwsAccount
from resources.models import Resource
from sync.activity.records import TrailRecord
from sync.activity.subjects import EventSubject, register_subjects

# By the service of the event: how kinds begin, and the members that name a resource: by its name, its id or its ARN.
_NAMED: Mapping[str, tuple[str, Sequence[str]]] = {
    "apigateway": ("apigateway.", ("restApiId",)),
    "backup": ("backup.", ("backupVaultName",)),
    "dynamodb": ("dynamodb.", ("resourceArn", "tableName")),
    "ecr": ("ecr.", ("repositoryName",)),
    "elasticfilesystem": ("efs.", ("fileSystemId",)),
    "events": ("events.", ("eventBusName",)),
    "kms": ("kms.", ("keyId",)),
    "lambda": ("lambda.", ("functionName", "layerName")),
    "logs": ("logs.", ("policyName",)),
    "s3": ("s3.", ("bucketName",)),
    "secretsmanager": ("secretsmanager.", ("secretId",)),
    "sns": ("sns.", ("topicArn",)),
    "sqs": ("sqs.", ("queueUrl",)),
}
_GLOBAL = ("s3",)
_MOST = 5


def subjects_of_resources(aws_account: AwsAccount, record: TrailRecord) -> Iterator[EventSubject]:
    service = record.service.removesuffix(".amazonaws.com")
    prefix, members = _NAMED[service]
    named = next((record.text(member) for member in members if record.text(member)), "")
    if not named:
        return
    there = Resource.objects.live().filter(aws_account=aws_account, kind__startswith=prefix)
    if service not in _GLOBAL:
        there = there.filter(located_in=record.region)
    for row in _found(there, named)[:_MOST]:
        yield EventSubject(row.kind, row.aws_id, row.region)


def _found(there: QuerySet[Any], named: str) -> Sequence[Any]:
    """An ARN may be that of a version or of what is in it; a URL ends with the name; an id ends the ARN."""
    short = named.rpartition("/")[2] if named.startswith("http") else named
    if short.startswith("arn:"):
        return list(there.filter(arn__in={short, ":".join(short.split(":")[:7])}).order_by("pk"))
    return list(there.filter(name=short).order_by("pk")) or list(there.filter(arn__endswith=f"/{short}").order_by("pk"))


def register() -> None:
    for service in _NAMED:
        register_subjects(f"{service}.amazonaws.com", subjects_of_resources)
