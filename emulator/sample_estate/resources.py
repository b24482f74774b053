"""Acme's resources with policies of their own, made through the API as its people would have done it."""

from __future__ import annotations

from emulator.dated import DatedClient
from emulator.process import Emulator
from emulator.sample_estate.data.documents import REGION
from emulator.sample_estate.data.resources import BUCKETS, KEYS, QUEUES, SECRETS, TOPICS, SampleResource


def make_resources(emulator: Emulator) -> None:
    s3 = DatedClient(emulator.own_client("s3", region_name=REGION))
    for one in BUCKETS:
        client = s3.at(one.created)
        client.create_bucket(Bucket=one.name, CreateBucketConfiguration={"LocationConstraint": REGION})
        if one.is_open:
            client.delete_public_access_block(Bucket=one.name)
        if one.policy:
            client.put_bucket_policy(Bucket=one.name, Policy=one.policy)
    kms = DatedClient(emulator.own_client("kms", region_name=REGION))
    for one in KEYS:
        client = kms.at(one.created)
        key_id = client.create_key(Description=one.name, Policy=one.policy)["KeyMetadata"]["KeyId"]
        client.create_alias(AliasName=f"alias/{one.name}", TargetKeyId=key_id)
    _make_messaging(emulator)
    secrets = DatedClient(emulator.own_client("secretsmanager", region_name=REGION))
    for one in SECRETS:
        client = secrets.at(one.created)
        client.create_secret(Name=one.name, SecretString="nobody has it")
        if one.policy:
            client.put_resource_policy(SecretId=one.name, ResourcePolicy=one.policy)


def _make_messaging(emulator: Emulator) -> None:
    sqs = DatedClient(emulator.own_client("sqs", region_name=REGION))
    for one in QUEUES:
        sqs.at(one.created).create_queue(QueueName=one.name, Attributes=_policy(one))
    sns = DatedClient(emulator.own_client("sns", region_name=REGION))
    for one in TOPICS:
        sns.at(one.created).create_topic(Name=one.name, Attributes=_policy(one))


def _policy(one: SampleResource) -> dict[str, str]:
    return {"Policy": one.policy} if one.policy else {}
