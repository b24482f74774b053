"""Stacks of CloudFormation in the emulated AWS: they take over what is there, as AWS's resource import does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

IRELAND = "eu-west-1"
_IDENTIFIERS = {
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::ManagedPolicy": "PolicyArn",
    "AWS::SQS::Queue": "QueueUrl",
    "AWS::S3::Bucket": "BucketName",
}


def make_stack(client: Any, name: str, *resources: tuple[str, str, str]) -> str:
    """The id of the stack that has taken them over: each its logical id, its type, and its physical id."""
    stack_id = str(asked_to_import(client, name, resources)["StackId"])
    client.execute_change_set(ChangeSetName="import", StackName=name)
    return stack_id


def asked_to_import(
    client: Any, name: str, resources: Sequence[tuple[str, str, str]], *, policy: str = "Retain", **more: Any
) -> dict[str, Any]:
    written = {logical: {"Type": type_, "DeletionPolicy": policy} for logical, type_, _ in resources}
    asked = {
        "StackName": name,
        "ChangeSetName": "import",
        "ChangeSetType": "IMPORT",
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "TemplateBody": json.dumps({"Description": f"What {name} needs", "Resources": written}),
        "ResourcesToImport": [
            {
                "ResourceType": type_,
                "LogicalResourceId": logical,
                "ResourceIdentifier": {_IDENTIFIERS.get(type_, "Id"): physical},
            }
            for logical, type_, physical in resources
        ],
    }
    return dict(client.create_change_set(**asked | more))
