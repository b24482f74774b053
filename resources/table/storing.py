"""Tables, file systems and backup vaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resources.table.entry import (
    Asker,
    AwsPlace,
    GetCall,
    Listed,
    Listing,
    Need,
    Part,
    ResourceKind,
    of_arn,
    policy,
)
from sync.aws.permission import NOBODY

_OWN_PRINCIPALS = "Only principals of its own AWS account get to it, as their own policies say."


# ---- DynamoDB ------------------------------------------------------------------------------------------------
def _table(name: str, place: AwsPlace) -> Listed:
    return Listed(place.arn("dynamodb", f"table/{name}"), name, place.region)


def _stream_policy(ask: Asker, listed: Listed) -> Any:
    """Of its stream, by the stream's ARN; none where it has no stream."""
    answer = ask.once("DescribeTable", TableName=listed.name) or {}
    stream = (answer.get("Table") or {}).get("LatestStreamArn")
    if not stream:
        return None
    found = ask("GetResourcePolicy", none=_NO_POLICY, ResourceArn=stream)
    return {stream: found["Policy"]} if found else None


def _table_key(ask: Asker, listed: Listed) -> Any:
    """The ARN of a key of KMS; None where DynamoDB owns it."""
    answer = ask.once("DescribeTable", TableName=listed.name) or {}
    return ((answer.get("Table") or {}).get("SSEDescription") or {}).get("KMSMasterKeyArn")


_NO_POLICY = frozenset({"PolicyNotFoundException"})

TABLE = ResourceKind(
    kind="dynamodb.table",
    service="dynamodb",
    client="dynamodb",
    word="DynamoDB table",
    lists=Listing("ListTables", "TableNames", _table),
    needs=(Need("dynamodb:ListTables", {"Limit": 1}),),
    find=of_arn(":table/"),
    parts=(
        policy(
            "Policy of the table",
            GetCall("GetResourcePolicy", {"ResourceArn": "{arn}"}, ("Policy",), none=_NO_POLICY),
            Need(
                "dynamodb:GetResourcePolicy",
                {"ResourceArn": f"arn:{{partition}}:dynamodb:{{region}}:{{account_id}}:table/{NOBODY}"},
            ),
        ),
        policy(
            "Policy of its stream",
            _stream_policy,
            Need("dynamodb:DescribeTable", {"TableName": NOBODY}),
            name="stream_policy",
        ),
        Part("kms_key", "Encrypted by", _table_key),
    ),
    documentation="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html",
    none_means=_OWN_PRINCIPALS,
    peculiar="Its indexes stand under its own policy, its stream under another.",
)


# ---- EFS -----------------------------------------------------------------------------------------------------
def _file_system(item: Mapping[str, Any], place: AwsPlace) -> Listed:
    system_id = item["FileSystemId"]
    arn = item.get("FileSystemArn") or place.arn("elasticfilesystem", f"file-system/{system_id}")
    return Listed(arn, item.get("Name") or system_id, place.region, params={"id": system_id})


def _file_system_again(ask: Asker, arn: str, name: str) -> Listed | None:
    found = ask("DescribeFileSystems", FileSystemId=arn.rpartition("/")[2])
    return next((_file_system(item, ask.place) for item in (found or {}).get("FileSystems") or ()), None)


# Amazon EFS User Guide, "Using IAM to control data access to file systems", "Default EFS file system policy".
_OPEN = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "WithoutPolicy",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": [f"elasticfilesystem:Client{what}" for what in ("Mount", "Write", "RootAccess")],
            "Resource": "*",
            "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
        }
    ],
}

FILE_SYSTEM = ResourceKind(
    kind="efs.file_system",
    service="efs",
    client="efs",
    word="EFS file system",
    lists=Listing("DescribeFileSystems", "FileSystems", _file_system),
    needs=(Need("elasticfilesystem:DescribeFileSystems", {"MaxItems": 1}, "efs:DescribeFileSystems"),),
    find=_file_system_again,
    parts=(
        policy(
            "File system policy",
            GetCall(
                "DescribeFileSystemPolicy",
                {"FileSystemId": "{id}"},
                ("Policy",),
                none=frozenset({"PolicyNotFound"}),
            ),
            Need(
                "elasticfilesystem:DescribeFileSystemPolicy",
                {"FileSystemId": "fs-00000000"},
                "efs:DescribeFileSystemPolicy",
            ),
        ),
    ),
    documentation="https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html",
    none_means="Every client that reaches one of its mount targets may read and write all of it: no policy "
    "doesn’t mean that nobody may.",
    peculiar="Without a policy it is open to every client that reaches a mount target.",
    lint_leaves_out=frozenset({"MISSING_RESOURCE"}),
    instead_of_none=_OPEN,
)


# ---- AWS Backup ----------------------------------------------------------------------------------------------
def _vault(item: Mapping[str, Any], place: AwsPlace) -> Listed:
    return Listed(item["BackupVaultArn"], item["BackupVaultName"], place.region)


_VAULT = {"BackupVaultName": "{name}"}

VAULT = ResourceKind(
    kind="backup.vault",
    service="backup",
    client="backup",
    word="backup vault",
    lists=Listing("ListBackupVaults", "BackupVaultList", _vault),
    needs=(Need("backup:ListBackupVaults", {"MaxResults": 1}),),
    find=of_arn(":backup-vault:"),
    parts=(
        policy(
            "Vault access policy",
            GetCall(
                "GetBackupVaultAccessPolicy",
                _VAULT,
                ("Policy",),
                none=frozenset({"ResourceNotFoundException"}),
                there=("DescribeBackupVault", _VAULT),
            ),
            Need("backup:GetBackupVaultAccessPolicy", {"BackupVaultName": NOBODY}),
            Need("backup:DescribeBackupVault", {"BackupVaultName": NOBODY}),
        ),
    ),
    documentation="https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html",
    none_means=_OWN_PRINCIPALS,
    peculiar="Most of these policies deny: deleting recovery points, for one.",
)

KINDS = (TABLE, FILE_SYSTEM, VAULT)
