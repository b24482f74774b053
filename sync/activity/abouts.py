"""What a call on record is about: the object that it names, and the id that AWS gave to what it made.

The members are those of requestParameters and responseElements, with AWS's names and a small first letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync.activity.records import TrailRecord

# The more telling first: a call that attaches a policy to a user is about the user.
_NAMED = (
    "roleArn",
    "userName",
    "roleName",
    "groupName",
    "policyArn",
    "policyName",
    "openIDConnectProviderArn",
    "sAMLProviderArn",
    "functionName",
    "bucketName",
    "userPoolId",
    "identityPoolId",
    "permissionSetArn",
    "keyId",
    "secretId",
    "name",
)
_MADE = ("accessKeyId", "userId", "roleId", "groupId", "arn", "openIDConnectProviderArn", "sAMLProviderArn")
_MOST = 512


@dataclass(frozen=True)
class CallObject:
    """`member`: by which AWS names it ("roleArn"); "" where the call names nothing that is known. `made`: AWS's id of
    what the call made."""

    member: str = ""
    name: str = ""
    made: str = ""


def object_of(record: TrailRecord) -> CallObject:
    """Of a call about a user that names none: the caller themselves."""
    member = next((each for each in _NAMED if record.text(each)), "")
    name = record.text(member) if member else ""
    if not member and record.service == "iam.amazonaws.com" and not record.reads and record.user_name:
        member, name = "userName", record.user_name
    return CallObject(member, name[:_MOST], _made(record)[:_MOST])


def _made(record: TrailRecord) -> str:
    if record.reads or record.error or not record.name.startswith(("Create", "Upload")):
        return ""
    groups: list[Mapping[str, Any]] = [record.answered]
    groups += [each for each in record.answered.values() if isinstance(each, Mapping)]
    found = (each.get(member) for member in _MADE for each in groups)
    return next((value for value in found if isinstance(value, str) and value), "")
