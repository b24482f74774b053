"""What AWS tells and refuses of policies of resources, where moto doesn't, or doesn't so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.process import Emulator, start_emulator
from tests.resources.kind_cases import ACCOUNT, CASES, OTHER, open_to

MAKE = {case.kind: case.make for case in CASES}
CLOSED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


def code_of(call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**params)
    return str(refused.value.response["Error"]["Code"])


def test_new_buckets_are_closed(emulator: Emulator) -> None:
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="acme-new")
    assert s3.get_public_access_block(Bucket="acme-new")["PublicAccessBlockConfiguration"] == CLOSED
    rules = s3.get_bucket_ownership_controls(Bucket="acme-new")["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    public, partner = (open_to(who, "s3:GetObject", "arn:aws:s3:::acme-new/*") for who in ("*", {"AWS": OTHER}))
    assert code_of(s3.put_bucket_policy, Bucket="acme-new", Policy=public) == "AccessDenied"
    assert code_of(s3.put_bucket_policy, Bucket="acme-new", Policy="no JSON") == "MalformedPolicy"
    s3.put_bucket_policy(Bucket="acme-new", Policy=partner)


def test_buckets_are_listed_in_pages_with_their_regions(emulator: Emulator) -> None:
    s3 = emulator.client("s3")
    for name, region in (("acme-a", {}), ("acme-b", {"LocationConstraint": "eu-west-1"})):
        s3.create_bucket(Bucket=name, **({"CreateBucketConfiguration": region} if region else {}))
    first = s3.list_buckets(MaxBuckets=1)
    second = s3.list_buckets(MaxBuckets=1, ContinuationToken=first["ContinuationToken"])
    found = [(each["Name"], each["BucketRegion"]) for page in (first, second) for each in page["Buckets"]]
    assert found == [("acme-a", "us-east-1"), ("acme-b", "eu-west-1")]
    assert "ContinuationToken" not in second
    assert "BucketRegion" not in s3.list_buckets()["Buckets"][0]
    assert [each["Name"] for each in s3.list_buckets(Prefix="acme-b")["Buckets"]] == ["acme-b"]


def test_what_is_no_policy_is_refused(emulator: Emulator) -> None:
    MAKE["backup.vault"](emulator, "main", None)
    system = MAKE["efs.file_system"](emulator, "home", None).rpartition("/")[2]
    MAKE["sqs.queue"](emulator, "orders", None)
    url = emulator.client("sqs").get_queue_url(QueueName="orders")["QueueUrl"]
    backup, efs = emulator.client("backup"), emulator.client("efs")
    sqs, apis = emulator.client("sqs"), emulator.client("apigateway")
    assert [
        code_of(backup.put_backup_vault_access_policy, BackupVaultName="main", Policy="no JSON"),
        code_of(efs.put_file_system_policy, FileSystemId=system, Policy='{"Version": "2012-10-17"}'),
        code_of(sqs.set_queue_attributes, QueueUrl=url, Attributes={"Policy": "[]"}),
        code_of(apis.create_rest_api, name="shop", policy='{"Statement": [{"Effect": "Perhaps"}]}'),
    ] == ["InvalidParameterValueException", "InvalidPolicyException", "InvalidAttributeValue", "BadRequestException"]


def test_a_vault_has_a_policy_until_it_is_deleted(emulator: Emulator) -> None:
    backup = emulator.client("backup")
    policy = open_to({"AWS": OTHER}, "backup:CopyIntoBackupVault")
    MAKE["backup.vault"](emulator, "main", policy)
    assert backup.get_backup_vault_access_policy(BackupVaultName="main")["Policy"] == policy
    backup.delete_backup_vault_access_policy(BackupVaultName="main")
    asked = backup.get_backup_vault_access_policy
    assert (
        code_of(asked, BackupVaultName="main") == code_of(asked, BackupVaultName="none") == "ResourceNotFoundException"
    )


def test_the_policy_of_an_api_comes_with_its_quotes_escaped(emulator: Emulator) -> None:
    """And with full ARNs in place of their short form."""
    apis = emulator.client("apigateway")
    arn = MAKE["apigateway.rest_api"](emulator, "shop", None)
    api_id = arn.rpartition(":")[2]
    policy = open_to("*", "execute-api:Invoke", "execute-api:/*")
    change = {"op": "replace", "path": "/policy", "value": policy}
    apis.update_rest_api(restApiId=api_id, patchOperations=[change])
    told = apis.get_rest_api(restApiId=api_id)["policy"]
    assert told.startswith('{\\"Version\\"')
    assert json.loads(f'"{told}"') == policy.replace("execute-api:/*", f"{arn}/*")
    assert [api["name"] for api in apis.get_rest_apis()["items"]] == ["shop"]
    apis.delete_rest_api(restApiId=api_id)
    assert code_of(apis.get_rest_api, restApiId=api_id) == "NotFoundException"


def test_an_aws_account_stands_in_the_policy_of_a_function_by_its_root(emulator: Emulator) -> None:
    MAKE["lambda.function"](emulator, "resize", open_to({"AWS": OTHER}, "lambda:InvokeFunction"))
    policy = json.loads(emulator.client("lambda").get_policy(FunctionName="resize")["Policy"])
    assert policy["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{OTHER}:root"}


def test_calls_that_are_named_by_their_paths_have_names(emulator: Emulator) -> None:
    MAKE["lambda.function"](emulator, "resize", None)
    MAKE["s3.access_point"](emulator, "reports", None)
    emulator.forget_calls()
    emulator.client("lambda").list_layers()
    emulator.client("lambda").list_function_url_configs(FunctionName="resize")
    emulator.client("s3control").get_access_point(AccountId=ACCOUNT, Name="reports")
    emulator.client("efs").describe_file_systems()
    emulator.client("apigateway").get_rest_apis()
    emulator.client("backup").list_backup_vaults()
    assert [(call["service"], call["action"]) for call in emulator.calls()] == [
        ("lambda", "ListLayers"),
        ("lambda", "ListFunctionUrlConfigs"),
        ("s3", "GetAccessPoint"),
        ("elasticfilesystem", "DescribeFileSystems"),
        ("apigateway", "GetRestApis"),
        ("backup", "ListBackupVaults"),
    ]


def test_all_of_it_survives_a_restart(tmp_path: Path) -> None:
    """Locks, keys and references that Python itself doesn't store, too."""
    kept = [case for case in CASES if case.kind != "ec2.vpc_endpoint"]
    with start_emulator(state=tmp_path / "state") as first:
        arns = {case.kind: case.make(first, "open", case.policy) for case in kept}
    with start_emulator(state=tmp_path / "state") as second:
        key = second.client("kms").get_key_policy(KeyId=arns["kms.key"])["Policy"]
        assert json.loads(key)["Statement"][0]["Sid"] == "Opens"
        assert second.client("lambda").get_policy(FunctionName="open")["Policy"]
        assert [api["name"] for api in second.client("apigateway").get_rest_apis()["items"]] == ["open"]
        assert second.client("sqs").list_queues()["QueueUrls"]
        assert second.client("ecr").get_repository_policy(repositoryName="team/open")["policyText"]
