"""What the resources of a CloudFormation stack are in the mirror, by their types and physical ids.

The physical id is the type's primary identifier ("Return values", "Ref" of each type in the CloudFormation Template
Reference): a name for most of IAM, an ARN for managed policies and providers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class StackPlace:
    """Where a stack is."""

    partition: str
    account_id: str
    region: str


@dataclass(frozen=True)
class StackOwned:
    """An object that a stack owns, or (`is_own` is false) what belongs to it. Either its ARN or its name is known."""

    kind: str  # of the mirror: "iam.role"
    name: str = ""
    arn: str = ""
    is_own: bool = True


_BY_NAME = {
    "AWS::IAM::Role": "iam.role",
    "AWS::IAM::User": "iam.user",
    "AWS::IAM::Group": "iam.group",
    "AWS::IAM::InstanceProfile": "iam.instance_profile",
    "AWS::IAM::ServerCertificate": "iam.server_certificate",
}
_BY_ARN = {
    "AWS::IAM::ManagedPolicy": "iam.policy",
    "AWS::IAM::OIDCProvider": "iam.oidc_provider",
    "AWS::IAM::SAMLProvider": "iam.saml_provider",
    "AWS::SNS::Topic": "sns.topic",
    "AWS::SecretsManager::Secret": "secretsmanager.secret",
}
# The kind, and how its ARN is put together.
_IN_PLACE: Mapping[str, tuple[str, str]] = {
    "AWS::S3::Bucket": ("s3.bucket", "arn:{p}:s3:::{id}"),
    "AWS::KMS::Key": ("kms.key", "arn:{p}:kms:{r}:{a}:key/{id}"),
    "AWS::SQS::Queue": ("sqs.queue", "arn:{p}:sqs:{r}:{a}:{last}"),  # the URL of the queue
    "AWS::Lambda::Function": ("lambda.function", "arn:{p}:lambda:{r}:{a}:function:{id}"),
    "AWS::ECR::Repository": ("ecr.repository", "arn:{p}:ecr:{r}:{a}:repository/{id}"),
    "AWS::DynamoDB::Table": ("dynamodb.table", "arn:{p}:dynamodb:{r}:{a}:table/{id}"),
    "AWS::DynamoDB::GlobalTable": ("dynamodb.table", "arn:{p}:dynamodb:{r}:{a}:table/{id}"),
    "AWS::EFS::FileSystem": ("efs.file_system", "arn:{p}:elasticfilesystem:{r}:{a}:file-system/{id}"),
    "AWS::Backup::BackupVault": ("backup.vault", "arn:{p}:backup:{r}:{a}:backup-vault:{id}"),
    "AWS::Events::EventBus": ("events.bus", "arn:{p}:events:{r}:{a}:event-bus/{id}"),
    "AWS::EC2::VPCEndpoint": ("ec2.vpc_endpoint", "arn:{p}:ec2:{r}:{a}:vpc-endpoint/{id}"),
    "AWS::ApiGateway::RestApi": ("apigateway.rest_api", "arn:{p}:execute-api:{r}:{a}:{id}"),
}
# Inline policies: "name|owner".
_BELONGING = {
    "AWS::IAM::RolePolicy": "iam.role",
    "AWS::IAM::UserPolicy": "iam.user",
    "AWS::IAM::GroupPolicy": "iam.group",
}
KINDS = frozenset(
    {*_BY_NAME.values(), *_BY_ARN.values(), *_BELONGING.values(), *(kind for kind, _ in _IN_PLACE.values())}
)


def owned_by_stack(place: StackPlace, type_: str, physical_id: str) -> StackOwned | None:
    """None of what the mirror doesn't have, or knows otherwise."""
    if kind := _BY_NAME.get(type_):
        return StackOwned(kind, name=physical_id)
    if kind := _BY_ARN.get(type_):
        return StackOwned(kind, name=physical_id.rpartition("/")[2], arn=physical_id)
    if type_ in _IN_PLACE:
        kind, form = _IN_PLACE[type_]
        last = physical_id.rpartition("/")[2]
        arn = form.format(p=place.partition, r=place.region, a=place.account_id, id=physical_id, last=last)
        return StackOwned(kind, name=last, arn=arn)
    if kind := _BELONGING.get(type_):
        _, separator, owner = physical_id.rpartition("|")
        return StackOwned(kind, name=owner, is_own=False) if separator else None
    return None
