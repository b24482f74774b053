"""One of each kind of resource: how it is made in AWS with a policy or without, and how it goes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from emulator.process import REGION, Emulator
from tests.services.statements import LAMBDA, document_text, trust, trusting

ACCOUNT, OTHER = "123456789012", "111122223333"
Make = Callable[[Emulator, str, str | None], str]  # given name and policy: the ARN on which that stands


def open_to(principal: Any, action: str, resource: str = "*") -> str:
    return document_text(trust(principal, action, Sid="Opens", Resource=resource))


@dataclass(frozen=True)
class KindCase:
    """`calls`: those by which its policy is read, as AWS names their permissions, with `|` between them.

    `has_none`: it can be without a policy. `gone`: the code by which AWS says, when asked for the policy, that it is
    gone. `remove`: None where AWS deletes none.
    """

    kind: str
    make: Make
    policy: str
    remove: Callable[[Emulator, str], Any] | None
    calls: str = ""
    has_none: bool = True
    gone: str = "ResourceNotFoundException"


def _bucket(emulator: Emulator, name: str, policy: str | None) -> str:
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=name)
    if policy:
        s3.delete_public_access_block(Bucket=name)
        s3.put_bucket_policy(Bucket=name, Policy=policy)
    return f"arn:aws:s3:::{name}"


def _access_point(emulator: Emulator, name: str, policy: str | None) -> str:
    control = emulator.client("s3control")
    emulator.client("s3").create_bucket(Bucket=f"bucket-of-{name}")
    about = {"AccountId": ACCOUNT, "Name": name}
    block = {"RestrictPublicBuckets": False, "BlockPublicPolicy": False}
    made = control.create_access_point(**about, Bucket=f"bucket-of-{name}", PublicAccessBlockConfiguration=block)
    if policy:
        control.put_access_point_policy(**about, Policy=policy)
    return str(made["AccessPointArn"])


def _key(emulator: Emulator, name: str, policy: str | None) -> str:
    kms = emulator.client("kms")
    made = kms.create_key(**({"Policy": policy} if policy else {}))["KeyMetadata"]
    kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=made["KeyId"])
    return str(made["Arn"])


def _queue(emulator: Emulator, name: str, policy: str | None) -> str:
    emulator.client("sqs").create_queue(QueueName=name, Attributes={"Policy": policy} if policy else {})
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def _topic(emulator: Emulator, name: str, policy: str | None) -> str:
    made = emulator.client("sns").create_topic(Name=name, Attributes={"Policy": policy} if policy else {})
    return str(made["TopicArn"])


@cache
def zipped() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("main.py", "def handler(event, context): pass")
    return content.getvalue()


def _named(policy: str) -> str:
    """The principal of its first statement."""
    principal = json.loads(policy)["Statement"][0]["Principal"]
    return str(principal["AWS"] if isinstance(principal, dict) else principal)


def _function(emulator: Emulator, name: str, policy: str | None) -> str:
    """Lambda puts its policies together from permissions: it is opened to the one whom the policy names."""
    role = emulator.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trusting(LAMBDA))["Role"]["Arn"]
    functions = emulator.client("lambda")
    made = functions.create_function(
        FunctionName=name, Runtime="python3.12", Role=role, Handler="main.handler", Code={"ZipFile": zipped()}
    )
    if policy:
        functions.add_permission(
            FunctionName=name, StatementId="Opens", Action="lambda:InvokeFunction", Principal=_named(policy)
        )
    return str(made["FunctionArn"])


def _layer(emulator: Emulator, name: str, policy: str | None) -> str:
    functions = emulator.client("lambda")
    made = functions.publish_layer_version(LayerName=name, Content={"ZipFile": zipped()})
    if policy:
        functions.add_layer_version_permission(
            LayerName=name,
            VersionNumber=1,
            StatementId="Opens",
            Action="lambda:GetLayerVersion",
            Principal=_named(policy),
        )
    return str(made["LayerVersionArn"])


def _secret(emulator: Emulator, name: str, policy: str | None) -> str:
    secrets = emulator.client("secretsmanager")
    arn = secrets.create_secret(Name=name, SecretString="hush")["ARN"]
    if policy:
        secrets.put_resource_policy(SecretId=arn, ResourcePolicy=policy)
    return str(arn)


def _table(emulator: Emulator, name: str, policy: str | None) -> str:
    tables = emulator.client("dynamodb")
    made = tables.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    arn = made["TableDescription"]["TableArn"]
    if policy:
        tables.put_resource_policy(ResourceArn=arn, Policy=policy)
    return str(arn)


def _repository(emulator: Emulator, name: str, policy: str | None) -> str:
    ecr = emulator.client("ecr")
    made = ecr.create_repository(repositoryName=f"team/{name}")
    if policy:
        ecr.set_repository_policy(repositoryName=f"team/{name}", policyText=policy)
    return str(made["repository"]["repositoryArn"])


def _bus(emulator: Emulator, name: str, policy: str | None) -> str:
    events = emulator.client("events")
    made = events.create_event_bus(Name=name)
    if policy:
        events.put_permission(EventBusName=name, Policy=policy)
    return str(made["EventBusArn"])


def _log_policy(emulator: Emulator, name: str, policy: str | None) -> str:
    emulator.client("logs").put_resource_policy(policyName=name, policyDocument=policy)
    return ""


def _file_system(emulator: Emulator, name: str, policy: str | None) -> str:
    efs = emulator.client("efs")
    made = efs.create_file_system(CreationToken=name, Tags=[{"Key": "Name", "Value": name}])
    if policy:
        efs.put_file_system_policy(FileSystemId=made["FileSystemId"], Policy=policy)
    return str(made["FileSystemArn"])


def _vault(emulator: Emulator, name: str, policy: str | None) -> str:
    backup = emulator.client("backup")
    made = backup.create_backup_vault(BackupVaultName=name)
    if policy:
        backup.put_backup_vault_access_policy(BackupVaultName=name, Policy=policy)
    return str(made["BackupVaultArn"])


def _api(emulator: Emulator, name: str, policy: str | None) -> str:
    made = emulator.client("apigateway").create_rest_api(name=name, **({"policy": policy} if policy else {}))
    return f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{made['id']}"


def _endpoint(emulator: Emulator, name: str, policy: str | None) -> str:
    ec2 = emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_vpc_endpoint(
        VpcEndpointType="Gateway",
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{REGION}.s3",
        **({"PolicyDocument": policy} if policy else {}),
        TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": name}]}],
    )["VpcEndpoint"]
    return f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc-endpoint/{made['VpcEndpointId']}"


def _id(arn: str) -> str:
    return arn.replace(":", "/").rpartition("/")[2]


CASES = (
    KindCase(
        "s3.bucket",
        _bucket,
        open_to("*", "s3:GetObject", "arn:aws:s3:::open/*"),
        lambda emulator, arn: emulator.client("s3").delete_bucket(Bucket=_id(arn)),
        "GetBucketPolicy",
        gone="NoSuchBucket",
    ),
    KindCase(
        "s3.access_point",
        _access_point,
        open_to({"AWS": OTHER}, "s3:GetObject"),
        lambda emulator, arn: emulator.client("s3control").delete_access_point(AccountId=ACCOUNT, Name=_id(arn)),
        "GetAccessPointPolicy",
        gone="NoSuchAccessPoint",
    ),
    KindCase(
        "kms.key",
        _key,
        open_to({"AWS": OTHER}, "kms:Decrypt"),
        None,
        "GetKeyPolicy",
        has_none=False,
        gone="NotFoundException",
    ),
    KindCase(
        "secretsmanager.secret",
        _secret,
        open_to({"AWS": OTHER}, "secretsmanager:GetSecretValue"),
        lambda emulator, arn: emulator.client("secretsmanager").delete_secret(SecretId=arn),
        "GetResourcePolicy",
    ),
    KindCase(
        "sqs.queue",
        _queue,
        open_to("*", "sqs:SendMessage"),
        lambda emulator, arn: emulator.client("sqs").delete_queue(
            QueueUrl=emulator.client("sqs").get_queue_url(QueueName=_id(arn))["QueueUrl"]
        ),
        "GetQueueAttributes",
        gone="AWS.SimpleQueueService.NonExistentQueue",
    ),
    KindCase(
        "sns.topic",
        _topic,
        open_to("*", "sns:Publish"),
        lambda emulator, arn: emulator.client("sns").delete_topic(TopicArn=arn),
        "GetTopicAttributes",
        has_none=False,
        gone="NotFound",
    ),
    KindCase(
        "events.bus",
        _bus,
        open_to({"AWS": OTHER}, "events:PutEvents"),
        lambda emulator, arn: emulator.client("events").delete_event_bus(Name=_id(arn)),
    ),
    KindCase(
        "logs.resource_policy",
        _log_policy,
        open_to({"Service": "es.amazonaws.com"}, "logs:PutLogEvents"),
        None,
        has_none=False,
    ),
    KindCase(
        "lambda.function",
        _function,
        open_to({"AWS": OTHER}, "lambda:InvokeFunction"),
        lambda emulator, arn: emulator.client("lambda").delete_function(FunctionName=arn),
        "GetPolicy",
    ),
    KindCase(
        "lambda.layer",
        _layer,
        open_to("*", "lambda:GetLayerVersion"),
        lambda emulator, arn: emulator.client("lambda").delete_layer_version(
            LayerName=arn.split(":")[-2], VersionNumber=1
        ),
        "GetLayerVersionPolicy",
    ),
    KindCase(
        "ecr.repository",
        _repository,
        document_text({"Sid": "Opens", "Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}),
        lambda emulator, arn: emulator.client("ecr").delete_repository(repositoryName=f"team/{_id(arn)}"),
        "GetRepositoryPolicy",
        gone="RepositoryNotFoundException",
    ),
    KindCase(
        "apigateway.rest_api",
        _api,
        open_to("*", "execute-api:Invoke"),
        lambda emulator, arn: emulator.client("apigateway").delete_rest_api(restApiId=_id(arn)),
    ),
    KindCase(
        "ec2.vpc_endpoint",
        _endpoint,
        open_to("*", "s3:GetObject"),
        lambda emulator, arn: emulator.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[_id(arn)]),
        has_none=False,
    ),
    KindCase(
        "dynamodb.table",
        _table,
        open_to({"AWS": OTHER}, "dynamodb:GetItem"),
        lambda emulator, arn: emulator.client("dynamodb").delete_table(TableName=_id(arn)),
        "GetResourcePolicy",
    ),
    KindCase(
        "efs.file_system",
        _file_system,
        open_to("*", "elasticfilesystem:ClientMount"),
        lambda emulator, arn: emulator.client("efs").delete_file_system(FileSystemId=_id(arn)),
        "DescribeFileSystemPolicy",
        gone="FileSystemNotFound",
    ),
    KindCase(
        "backup.vault",
        _vault,
        open_to({"AWS": OTHER}, "backup:CopyIntoBackupVault"),
        lambda emulator, arn: emulator.client("backup").delete_backup_vault(BackupVaultName=_id(arn)),
        "GetBackupVaultAccessPolicy",
    ),
)
