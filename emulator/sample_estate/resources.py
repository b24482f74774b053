"""Resources with policies of their own in one of Acme's AWS accounts, made through the API as its people would have."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.dated import DatedClient
from emulator.process import Emulator
from emulator.sample_estate.data.documents import REGION
from emulator.sample_estate.data.kinds import Resources, SampleResource


def make_resources(emulator: Emulator, resources: Resources, credentials: Mapping[str, str]) -> None:
    """`credentials` get a client into the AWS account."""

    def client_of(service: str) -> DatedClient:
        return DatedClient(emulator.own_client(service, region_name=REGION, **credentials))

    makers = {"s3": _make_buckets, "kms": _make_keys, "sqs": _make_queues, "sns": _make_topics}
    makers |= {"secretsmanager": _make_secrets, "dynamodb": _make_tables}
    for service, made in resources.by_service().items():
        if made:
            makers[service](client_of(service), made)


def _make_buckets(s3: DatedClient, buckets: tuple[SampleResource, ...]) -> None:
    for one in buckets:
        client = s3.at(one.created)
        client.create_bucket(Bucket=one.name, CreateBucketConfiguration={"LocationConstraint": REGION})
        if one.is_open:
            client.delete_public_access_block(Bucket=one.name)
        if one.policy:
            client.put_bucket_policy(Bucket=one.name, Policy=one.policy)
        if one.key:
            by_key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": f"alias/{one.key}"}
            rules = [{"ApplyServerSideEncryptionByDefault": by_key}]
            client.put_bucket_encryption(Bucket=one.name, ServerSideEncryptionConfiguration={"Rules": rules})


def _make_keys(kms: DatedClient, keys: tuple[SampleResource, ...]) -> None:
    for one in keys:
        client = kms.at(one.created)
        key_id = client.create_key(Description=one.name, Policy=one.policy)["KeyMetadata"]["KeyId"]
        client.create_alias(AliasName=f"alias/{one.name}", TargetKeyId=key_id)


def _make_queues(sqs: DatedClient, queues: tuple[SampleResource, ...]) -> None:
    for one in queues:
        sqs.at(one.created).create_queue(QueueName=one.name, Attributes=_policy(one))


def _make_topics(sns: DatedClient, topics: tuple[SampleResource, ...]) -> None:
    for one in topics:
        sns.at(one.created).create_topic(Name=one.name, Attributes=_policy(one))


def _make_secrets(secrets: DatedClient, made: tuple[SampleResource, ...]) -> None:
    for one in made:
        client = secrets.at(one.created)
        key = {"KmsKeyId": f"alias/{one.key}"} if one.key else {}
        client.create_secret(Name=one.name, SecretString="nobody has it", **key)
        if one.policy:
            client.put_resource_policy(SecretId=one.name, ResourcePolicy=one.policy)


def _make_tables(dynamodb: DatedClient, tables: tuple[SampleResource, ...]) -> None:
    for one in tables:
        dynamodb.at(one.created).create_table(
            TableName=one.name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )


def _policy(one: SampleResource) -> dict[str, str]:
    return {"Policy": one.policy} if one.policy else {}
